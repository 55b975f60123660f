"""What applicants choose from: use-case families (C73), goal families, audiences and countable outcomes."""

from __future__ import annotations

from django.db import models


class Family(models.TextChoices):
    """The five use-case families of the proposal document (C73); every budget line is in exactly one."""

    CONFERENCE = "conference", "Conference or speaking"
    BOOTH = "booth", "Booth, giveaways, flyers, signage"
    CONTENT = "content", "Stories, data snapshots, videos"
    SPONSORSHIP = "sponsorship", "Sponsorship of a state event"
    EVENT = "event", "CS Ed Week or district showcase"


class Goal(models.TextChoices):
    """The five families of engagement goals."""

    TEACHERS = "teachers", "Teachers prepared"
    STUDENTS = "students", "Students reached"
    IMPLEMENTATION = "implementation", "Courses taught"
    DIVERSITY = "diversity", "Diversity of students"
    QUALITY = "quality", "Quality of workshops"


class Audience(models.TextChoices):
    """Whom an activity is for (C78a)."""

    DISTRICT_LEADERS = "district_leaders", "District leaders and board members"
    PRINCIPALS = "principals", "Principals"
    COUNSELORS = "counselors", "School counselors"
    TEACHERS = "teachers", "Teachers"
    FAMILIES = "families", "Families and students"
    STATE_LEADERS = "state_leaders", "State leaders and agencies"
    COMMUNITY = "community", "Community and employers"


class Measure(models.TextChoices):
    """What an anticipated outcome counts (C78d)."""

    LEADERS = "leaders", "District leaders reached"
    PRINCIPALS = "principals", "Principals reached"
    COUNSELORS = "counselors", "Counselors reached"
    TEACHERS = "teachers", "Teachers reached"
    PEOPLE = "people", "People at the event"
    SCHOOLS = "schools", "Schools that plan a course"
    DISTRICTS = "districts", "Districts that begin planning"
    PIECES = "pieces", "Pieces handed out"
    VIEWS = "views", "Views of the content"
