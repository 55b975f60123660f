"""The queue: Postgres holds the work, Redis is a doorbell; the schedule stands here and nowhere else."""

from __future__ import annotations

import os

from celery import Celery
from kombu.exceptions import OperationalError

from common.doorbell import answer_with

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rp_network.settings")

app = Celery("rp_network")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    task_acks_late=True,
    task_reject_on_worker_lost=False,
    task_ignore_result=True,
    task_serializer="json",
    accept_content=["json"],
    worker_prefetch_multiplier=1,
    worker_max_tasks_per_child=500,
    task_soft_time_limit=60,
    task_time_limit=90,
    broker_connection_retry_on_startup=True,
    broker_transport_options={"visibility_timeout": 3600, "socket_timeout": 5, "socket_connect_timeout": 2},
    timezone="UTC",
    beat_schedule={
        "sweep": {
            "task": "activity.sweep",
            "schedule": 60.0,
            "kwargs": {"scope": "own", "sent_by": "beat"},
            "options": {"expires": 55},
        }
    },
    beat_scheduler="celery.beat:Scheduler",  # keeps nothing on disk: what is due stands in Postgres
)
app.autodiscover_tasks()


def _answer(task: str, ident: str) -> None:
    try:
        app.send_task(f"activity.{task}", kwargs={"ident": ident, "scope": "own"}, retry=False)
    except (OperationalError, OSError):
        return  # nobody heard the bell: the next sweep finds the row


answer_with(_answer)
