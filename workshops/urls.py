"""Addresses of workshops."""

from django.urls import path

from workshops.views import corrections, details, drafts, lists, people, rosters

MINE = "partners/<slug:partner>/workshops/"

urlpatterns = [
    path("network/workshops/", lists.workshop_network_list, name="workshop_network_list"),
    path("network/workshops/export/", lists.workshop_network_export, name="workshop_network_export"),
    path(MINE, lists.workshop_list, name="workshop_list"),
    path(f"{MINE}export/", lists.workshop_export, name="workshop_export"),
    path(f"{MINE}log/", drafts.workshop_log, name="workshop_log"),
    path(f"{MINE}plan/", drafts.workshop_plan, name="workshop_plan"),
    path(f"{MINE}log/<reference:ref>/", drafts.workshop_log_form, name="workshop_log_form"),
    path(f"{MINE}plan/<reference:ref>/", drafts.workshop_plan_form, name="workshop_plan_form"),
    path(f"{MINE}drafts/log/<reference:ref>/", drafts.workshop_autosave, {"kind": "log"}, name="workshop_autosave_log"),
    path(
        f"{MINE}drafts/plan/<reference:ref>/", drafts.workshop_autosave, {"kind": "plan"}, name="workshop_autosave_plan"
    ),
    path(f"{MINE}enrollments/<reference:ref>/cancellation/", people.enrollment_cancel, name="enrollment_cancel"),
    path(f"{MINE}enrollments/<reference:ref>/return/", people.enrollment_restore, name="enrollment_restore"),
    path(f"{MINE}enrollments/<reference:ref>/person/", people.enrollment_person, name="enrollment_person"),
    path(f"{MINE}corrections/<reference:ref>/decision/", corrections.correction_decision, name="correction_decision"),
    path(
        f"{MINE}corrections/<reference:ref>/withdrawal/",
        corrections.correction_withdrawal,
        name="correction_withdrawal",
    ),
    path(f"{MINE}<reference:ref>/", details.workshop_detail, name="workshop_detail"),
    path(f"{MINE}<reference:ref>/change/", drafts.workshop_edit, name="workshop_edit"),
    path(f"{MINE}<reference:ref>/correction/", corrections.workshop_correction, name="workshop_correction"),
    path(f"{MINE}<reference:ref>/removal/", drafts.workshop_discard, name="workshop_discard"),
    path(f"{MINE}<reference:ref>/roster/", rosters.workshop_roster, name="workshop_roster"),
    path(f"{MINE}<reference:ref>/people/", details.workshop_people, name="workshop_people"),
    path(f"{MINE}<reference:ref>/person/", people.enrollment_new, name="enrollment_new"),
    path(f"{MINE}<reference:ref>/attendance/", details.workshop_attendance, name="workshop_attendance"),
    path(f"{MINE}<reference:ref>/start/", details.workshop_start, name="workshop_start"),
    path(f"{MINE}<reference:ref>/end/", details.workshop_end, name="workshop_end"),
    path(f"{MINE}<reference:ref>/cancellation/", details.workshop_cancel, name="workshop_cancel"),
    path(f"{MINE}<reference:ref>/override/", details.workshop_override, name="workshop_override"),
]
