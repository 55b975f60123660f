"""Guards of roles at a partner in the database: what its people cannot give each other by SQL (roles.md, "invite, end a membership")."""

from __future__ import annotations

from common.two_people import SignedTrigger


class RoleOnlyEnds(SignedTrigger):
    """A role at a partner (`columns`) comes by an invitation that was accepted, and is then only ended, never prolonged or changed."""

    events = "INSERT OR UPDATE OR DELETE"

    def body(self) -> str:
        old, new = (", ".join(f"{row}.{column}" for column in self.columns) for row in ("old", "new"))
        later = "old.ends_before is not null and (new.ends_before is null or new.ends_before > old.ends_before)"
        return (
            self.refuse_if("tg_op <> 'UPDATE' and current_user = 'rp_app'", "a role comes by an invitation")
            + self.refuse_if(
                f"tg_op = 'UPDATE' and current_user in ('rp_app', 'rp_staff') and (({old}) is distinct from ({new}) or {later})",
                "a role is only ended",
            )
            + "return coalesce(new, old);"
        )


class InvitationInReach(SignedTrigger):
    """People of a partner invite to the roles that theirs gives, and only withdraw or send again what was sent (`columns` stay)."""

    def body(self) -> str:
        old, new = (", ".join(f"{row}.{column}" for column in self.columns) for row in ("old", "new"))
        reach = (
            "exists (select from partners_membership m where m.partner_id = new.partner_id and m.user_id = new.invited_by_id "
            "and (m.role = 'director' or m.role = 'program_manager' and new.role in ('facilitator', 'champion')))"
        )
        return (
            "if current_user <> 'rp_app' then return new; end if; "
            + self.refuse_if(f"tg_op = 'INSERT' and not {reach}", "this role is not in reach")
            + self.refuse_if(
                f"tg_op = 'UPDATE' and ({old}) is distinct from ({new})", "an invitation stays as it was sent"
            )
            + "return new;"
        )
