"""Where places are, districts and schools, and their figures: rows of the network, which everybody signed in reads and staff keep."""

from districts.models.figures import GROUPS, DistrictEnrollment, DistrictLunch
from districts.models.geography import County, State, ZipCounty
from districts.models.places import District, School

__all__ = [
    "GROUPS",
    "County",
    "District",
    "DistrictEnrollment",
    "DistrictLunch",
    "School",
    "State",
    "ZipCounty",
]
