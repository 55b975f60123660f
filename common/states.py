"""State machines: one table of transitions, asked in Python and held by a trigger in the database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from django.db import models

from common.errors import IllegalTransition
from common.tenancy.constraints import WallConstraint

Transitions = Mapping[str, tuple[str, ...]]


class StateTable(WallConstraint):
    """Refuses, in the database, a first state or a step that the table of transitions does not have.

    `steps` maps a state to the states that may follow; the key "" holds the states in which a row may begin.
    """

    def __init__(self, *, name: str, steps: Transitions, field: str = "state") -> None:
        super().__init__(name=name)
        self.steps = {state: tuple(following) for state, following in steps.items()}
        self.field = field

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        path, args, kwargs = super().deconstruct()
        return path, tuple(args), {**kwargs, "steps": self.steps, "field": self.field}

    def statements(self, table: str) -> list[str]:
        pairs = [f"{before}>{after}" for before, following in self.steps.items() for after in following]
        allowed = ", ".join(f"'{pair}'" for pair in pairs)
        body = (
            f"begin if coalesce(case when tg_op = 'UPDATE' then old.{self.field} else '' end, '') || '>' || new.{self.field} not in ({allowed}) "
            f"and not (tg_op = 'UPDATE' and old.{self.field} = new.{self.field}) then "
            f"raise exception 'no step from % to %', case when tg_op = 'UPDATE' then old.{self.field} else 'nothing' end, new.{self.field} "
            f"using errcode = '23514', constraint = '{self.name}'; end if; return new; end"
        )
        return [
            f"CREATE FUNCTION app.{self.name}() RETURNS trigger LANGUAGE plpgsql AS $body$ {body} $body$",
            f"CREATE TRIGGER {self.name} BEFORE INSERT OR UPDATE OF {self.field} ON {table} FOR EACH ROW EXECUTE FUNCTION app.{self.name}()",
        ]

    def undo(self, table: str) -> list[str]:
        return [f"DROP TRIGGER {self.name} ON {table}", f"DROP FUNCTION app.{self.name}()"]


class StatefulModel(models.Model):
    """A row with a `state`; subclasses set TRANSITIONS and put the same table into Meta as a StateTable."""

    TRANSITIONS: ClassVar[Transitions] = {}
    state: Any

    class Meta:
        abstract = True

    def can_move_to(self, state: str) -> bool:
        """True where the table of transitions has this step."""
        return state in self.TRANSITIONS.get(self.state, ())

    def move_to(self, state: str) -> Self:
        """Set the next state (unsaved). Raises IllegalTransition where there is no such step."""
        if state == self.state and not self.can_move_to(state):
            raise IllegalTransition(f"This {self._meta.verbose_name} is {self.word} already.")
        if not self.can_move_to(state):
            raise IllegalTransition(
                f"A {self._meta.verbose_name} that is {self.word} cannot become {self.word_of(state)}."
            )
        self.state = state
        return self

    @property
    def word(self) -> str:
        """The state as people read it."""
        return self.word_of(self.state)

    def word_of(self, state: str) -> str:
        """Any state of this model as people read it, in lower case."""
        field: Any = self._meta.get_field("state")
        choices = dict(field.flatchoices)
        return str(choices.get(state, state)).lower()
