"""Invented names, shaped like those of a real network: every kind, several states, ampersands, long ones."""

from __future__ import annotations

PARTNERS = """
High Desert CS Collaborative|nonprofit|NM|1|America/Denver
Gulf Coast Code Alliance|nonprofit|AL|1|America/Chicago
Kanawha Schools STEM Partnership|agency|WV|2|America/New_York
Prairie Rivers STEM Hub|university|IA|1|America/Chicago
Red Hills CS Education|nonprofit|OK|2|America/Chicago
Big Sky Rural Schools Alliance|agency|MT, WY|3|America/Denver
Bluegrass Computing Partners|university|KY|1|America/New_York
Sandhills Educational Cooperative|agency|NE|2|America/Chicago
Cumberland Valley Learning Center|nonprofit|TN|2|America/Chicago
Piedmont Foothills STEM Center|university|NC|1|America/New_York
Delta Teacher Institute|nonprofit|MS|3|America/Chicago
Northern Plains Consortium for Computing (ND, SD, WY)|agency|ND, SD, WY|3|America/Chicago
Casco Bay Education Trust|nonprofit|ME|3|America/New_York
Green Notch Learning Network|nonprofit|VT, NH|3|America/New_York
Mesa Verde State College & Four Peaks Science Museum|university|CO|1|America/Denver
Saguaro Valley University|university|AZ|1|America/Phoenix
Golden Delta County Office of Education|agency|CA|1|America/Los_Angeles
Redwood Shore Teachers College|university|CA|2|America/Los_Angeles
San Lucero Unified Education Foundation|nonprofit|CA|2|America/Los_Angeles
Orange Grove Learning & Technology Center|nonprofit|CA|1|America/Los_Angeles
Cascade Crest Educational Service District|agency|WA|1|America/Los_Angeles
Puget Hills Computing Education Council|nonprofit|WA|2|America/Los_Angeles
Willamette Fields Education Cooperative|agency|OR|2|America/Los_Angeles
Snake River Institute of Technology|university|ID|2|America/Denver
Great Basin Schools Network|nonprofit|NV|2|America/Los_Angeles
Wasatch Front Teacher Academy|university|UT|1|America/Denver
Lone Mesa A&T University|university|TX|1|America/Chicago
Pecos Valley Region 31 Service Center|agency|TX|2|America/Chicago
Bayou Bend Center for Mathematics, Science & Technology Education|university|TX|1|America/Chicago
Pine Belt Education Consortium|agency|LA|2|America/Chicago
Ozark Ridge Teachers Alliance|nonprofit|AR, MO|2|America/Chicago
Gateway Bluffs University|university|MO|1|America/Chicago
Flint Prairie Learning Collaborative|nonprofit|KS|3|America/Chicago
Lakehead Teacher Center|university|MN|1|America/Chicago
Driftless Area Educational Agency 9|agency|WI|1|America/Chicago
Fox Valley Computing Partners|nonprofit|IL|1|America/Chicago
Cahokia Mounds Regional Office of Education|agency|IL|2|America/Chicago
Calumet Shore STEM Exchange|nonprofit|IN|2|America/Chicago
Wabash Crossing University|university|IN|1|America/New_York
Straits Region Mathematics & Science Center|agency|MI|1|America/New_York
Sleeping Dune College of Education|university|MI|2|America/New_York
Cuyahoga Bend Teacher Network|nonprofit|OH|1|America/New_York
Hocking Hills Educational Service Center|agency|OH|2|America/New_York
Three Rivers Intermediate Unit|agency|PA|1|America/New_York
Keystone Orchard Science Center|nonprofit|PA|2|America/New_York
Hudson Highlands BOCES Partnership|agency|NY|1|America/New_York
Finger Lakes Institute for Teaching|university|NY|2|America/New_York
Brandywine Creek Science Alliance|nonprofit|DE|3|America/New_York
Garden Shore State University|university|NJ|1|America/New_York
Quinnipiac Hills Education Resource Center|agency|CT, RI|2|America/New_York
Berkshire Pines Education Collaborative|nonprofit|MA|1|America/New_York
Chesapeake Landing Computing Council|nonprofit|MD, DC|1|America/New_York
Blue Ridge Crossing University|university|VA|1|America/New_York
Tidewater Schools Consortium|agency|VA|2|America/New_York
Palmetto Marsh Teachers College|university|SC|2|America/New_York
Okefenokee Regional Education Service Agency|agency|GA|1|America/New_York
Peachtree Summit Institute|nonprofit|GA|1|America/New_York
Everglades Edge STEM Coalition|nonprofit|FL|1|America/New_York
Sunshine Keys State College|university|FL|2|America/New_York
Aurora Coast School Partnership|agency|AK|3|America/Anchorage
Hale Makani Teacher Network|nonprofit|HI|3|Pacific/Honolulu
"""

FIRST = """Marisol Daniel Ruth Joel Ana Ben Teresa Michael Dolores Gabriel Angela Robert Patricia Luis Amara Kofi Priya Hana Mateo
Ingrid Tomas Leila Owen Naomi Silas Grace Hector Yuki Farah Elias Simone Victor Odette Malik Rosa Anton Delia Jonah Keiko Abel Nadia
Ezra Paloma Idris Corinne Rafael Miriam Darnell Sofia Wendell Aisha Bram Celeste Dmitri Esme Felix Gwen Hugo Imani Jasper""".split()  # noqa: SIM905
LAST = """Vega Okafor Abeyta Nakai Lucero Chee Baca Yazzie Montoya Quintana Sisneros Begaye Holm Ortega Mensah Raman Sato Lindqvist
Herrera Haddad Prewitt Osei Delacroix Whitfield Amundsen Castellanos Ferreira Galloway Ibarra Jessup Kowalski Larkin Marchetti Nwosu
Oduya Pruitt Quimby Rosales Sandoval Tiller Underhill Valdez Wexler Yamada Zielinski Ashdown Brightwater Colter Dunmore Eastlake
Fairbairn Greyhorse Hollister Ivers Jernigan Kettering Longacre Merriweather Northcott Overstreet""".split()  # noqa: SIM905

CODE_ORG = [
    ("Daniel Okafor", ("outreach_manager",)),
    ("Simone Ashdown", ("outreach_manager",)),
    ("Wendell Castellanos", ("outreach_manager",)),
    ("Hana Lindqvist", ("staff",)),
    ("Victor Osei", ("staff",)),
    ("Leila Haddad", ("staff",)),
    ("Owen Prewitt", ("staff",)),
    ("Ingrid Tiller", ("finance",)),
    ("Malik Jessup", ("finance",)),
    ("Naomi Galloway", ("finance",)),
    ("Celeste Northcott", ("administrator",)),
    ("Idris Kettering", ("administrator",)),
]


def partners() -> list[tuple[str, str, list[str], int, str]]:
    """(name, kind, states, contract group, zone) of each partner."""
    rows = [line.split("|") for line in PARTNERS.strip().splitlines()]
    return [(name, kind, states.split(", "), int(group), zone) for name, kind, states, group, zone in rows]
