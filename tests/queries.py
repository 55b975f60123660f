"""How many statements a page costs, beyond the fixed ones that every signed-in page has (architecture, "Performance budgets").

Fixed and not counted: transaction control, the session, the user, her memberships and roles, the context of the door.
Counted: everything else, the partner switcher and the number of new notices too.

    assert len(statements_of(client, url)) == 6   # the same literal with 1 and with 3 rows, at most LIST or DETAIL
"""

from __future__ import annotations

import re

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

LIST, DETAIL = 8, 12
FIXED = re.compile(
    r"""^(SAVEPOINT|RELEASE|ROLLBACK|BEGIN|COMMIT)\b
    |^select\ set_config\(
    |\bFROM\ "django_session"|^UPDATE\ "django_session"
    |\bFROM\ "accounts_user"\ WHERE\ "accounts_user"\."id"\ =\ \d+\ LIMIT\ 21$
    |\bFROM\ "(accounts_codeorgrole|partners_membership|partners_outreachassignment)"\ WHERE\ .*"user_id"\ =\ \d+""",
    re.VERBOSE,
)


def statements_of(client: Client, url: str) -> list[str]:
    """The counted statements of a GET of this page, which must answer 200."""
    with CaptureQueriesContext(connection) as captured:
        response = client.get(url)
    assert response.status_code == 200, response.status_code
    return [query["sql"] for query in captured.captured_queries if not FIXED.search(query["sql"])]
