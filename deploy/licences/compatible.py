"""Which licences may stand beside EUPL-1.2, and the reading of an SPDX expression.

Source: the Appendix of EUPL-1.2 (`LICENSE`) names the copyleft licences of which parts may be in one work.
Licences that ask no more than a notice are compatible by themselves, as the European Commission says in its
"Matrix of EUPL compatible open source licences" (interoperable-europe.ec.europa.eu, collection EUPL).
"""

import re
from typing import Final

APPENDIX: Final = frozenset(
    {
        *("GPL-2.0-only", "GPL-2.0-or-later", "GPL-3.0-only", "GPL-3.0-or-later"),
        *("AGPL-3.0-only", "AGPL-3.0-or-later", "OSL-2.1", "OSL-3.0", "EPL-1.0"),
        *("CECILL-2.0", "CECILL-2.1", "MPL-2.0", "CC-BY-SA-3.0", "EUPL-1.1", "EUPL-1.2"),
        *("LGPL-2.1-only", "LGPL-2.1-or-later", "LGPL-3.0-only", "LGPL-3.0-or-later"),
        *("LiLiQ-R-1.1", "LiLiQ-Rplus-1.1"),
    }
)

PERMISSIVE: Final = frozenset(
    {
        *("0BSD", "Apache-2.0", "BlueOak-1.0.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC"),
        *("MIT", "MIT-0", "PostgreSQL", "PSF-2.0", "Python-2.0", "Unlicense", "Zlib"),
        # Fonts: may be spread with any software, and stay under it themselves.
        "OFL-1.1",
        # Repoze: four conditions, all of them notices.
        "LicenseRef-Repoze",
    }
)

_EXCEPTION: Final = re.compile(r" WITH [\w.-]+")


class Unreadable(Exception):
    """Not an SPDX expression of the simple kind that is used here."""


def is_compatible(expression: str) -> bool:
    """Whether it may stand beside EUPL-1.2: of "A OR B" one is enough, of "A AND B" each is needed.

    An exception ("WITH") only ever allows more. Raises Unreadable for nested expressions.
    """
    plain = _EXCEPTION.sub("", expression)
    if "(" in plain:
        plain = _without_outer(plain)
    return any(
        all(name.strip() in APPENDIX | PERMISSIVE for name in part.split(" AND "))
        for part in plain.split(" OR ")
    )


def _without_outer(expression: str) -> str:
    inner = expression[1:-1]
    if not (expression.startswith("(") and expression.endswith(")")) or "(" in inner:
        raise Unreadable(expression)
    return inner
