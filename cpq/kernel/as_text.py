"""Values that are written as their text (文本值): formulas and conditions, in JSON and TOML too."""

from typing import Any, ClassVar

from pydantic import GetJsonSchemaHandler, model_serializer, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from cpq.kernel.model import Frozen


class AsText(Frozen):
    """A value that is its text; a kind of it validates ``text``, of at most ``length_max`` signs.

    >>> class Shout(AsText):
    ...     length_max: ClassVar[int] = 9
    >>> str(Shout.model_validate("hey")), Shout(text="hey").canonical()
    ('hey', '"hey"')
    """

    length_max: ClassVar[int]

    text: str

    @model_validator(mode="before")
    @classmethod
    def _from_plain_text(cls, value: Any) -> Any:
        return {"text": value} if isinstance(value, str) else value

    @model_serializer
    def _as_plain_text(self) -> str:
        return self.text

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"type": "string", "minLength": 1, "maxLength": cls.length_max}

    def __str__(self) -> str:
        return self.text
