"""What staff and commands do with places: add and correct one, or bring in a whole file."""

from districts.operations.geography import import_counties, import_states, import_zips
from districts.operations.keeping import PlaceRefused, add_district, add_school, correct_district, correct_school
from districts.operations.nces import import_districts, import_lunch, import_schools

__all__ = [
    "PlaceRefused",
    "add_district",
    "add_school",
    "correct_district",
    "correct_school",
    "import_counties",
    "import_districts",
    "import_lunch",
    "import_schools",
    "import_states",
    "import_zips",
]
