"""Pages of grants: the partner's proposals, the reviewers' queue, the cycles of Code.org staff."""
