"""Sentences for people, in English here, that a program with translations can say in its own."""

from __future__ import annotations


class Sentence(str):
    """A sentence with its values filled in; `template` and `values` are for translations."""

    template: str
    values: dict[str, object]

    def __new__(cls, template: str, **values: object) -> Sentence:
        """`template` names its values as `%(name)s`."""
        sentence = super().__new__(cls, template % values if values else template)
        sentence.template = template
        sentence.values = values
        return sentence


# By this name collectors of texts find the templates.
_ = Sentence
