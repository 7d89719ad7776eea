"""A YAML (or JSON) file as plain data that remembers on which line everything stands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

Json = dict[str, Any]
MAX_BYTES = 4 * 1024 * 1024
MAX_DEPTH = 64
MAX_VALUES = 100_000
MOST_PROBLEMS = 20
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class ContractError(Exception):
    """A contract file that can't be used: a sentence for each problem, with file and line."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        shown = problems[:MOST_PROBLEMS]
        if len(problems) > len(shown):
            shown.append(f"... and {len(problems) - len(shown)} more.")
        super().__init__("\n".join(shown))


class ContractFile:
    """`content` is what the file says, with the keys of objects as they are written there."""

    def __init__(self, path: Path) -> None:
        self.path = path
        # By the identity of an object or array, which lives as long as this does.
        self._lines: dict[int, int] = {}
        self._key_lines: dict[tuple[int, str], int] = {}
        self._values = 0
        self.content: Json = self._read()

    def line(self, holder: object, key: str | None = None) -> int:
        """The line (from 1) of an object or array, or of one of an object's keys; 1 if unknown."""
        of_key = None if key is None else self._key_lines.get((id(holder), key))
        return of_key or self._lines.get(id(holder), 1)

    def problem(self, line: int, text: str) -> str:
        """The sentence with its place."""
        return f"{self.path}, line {line}: {text}"

    def _refusal(self, line: int, text: str) -> ContractError:
        return ContractError([self.problem(line, text)])

    def _read(self) -> Json:
        try:
            size = self.path.stat().st_size
            text = self.path.read_text("utf-8") if size <= MAX_BYTES else ""
        except (OSError, UnicodeDecodeError) as error:
            raise ContractError([f"The contract {self.path} can't be read: {error}."]) from error
        if size > MAX_BYTES:
            raise self._refusal(1, "the file is larger than a contract can be (4 MB)")
        loader = _LOADER(text)
        try:
            node = loader.get_single_node()
            content = self._value(loader, node, 0, {})
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            reason = getattr(error, "problem", None) or "it can't be read"
            raise self._refusal(
                mark.line + 1 if mark else 1, f"this isn't valid YAML: {reason}"
            ) from None
        except (ValueError, TypeError) as error:
            raise self._refusal(1, f"a value in it can't be read: {error}") from None
        finally:
            loader.dispose()
        if type(content) is not dict:
            raise self._refusal(1, "an OpenAPI document was expected, with `paths` and so on")
        return content

    def _value(self, loader: Any, node: Any, depth: int, known: dict[int, Any]) -> Any:
        if node is None:
            return None
        line = node.start_mark.line + 1
        self._values += 1
        if depth > MAX_DEPTH or self._values > MAX_VALUES:
            raise self._refusal(line, "this is nested too deeply, or there is too much of it")
        if id(node) in known:
            return known[id(node)]
        if isinstance(node, yaml.ScalarNode):
            return loader.construct_object(node)
        value: Any = {} if isinstance(node, yaml.MappingNode) else []
        known[id(node)] = value
        self._lines[id(value)] = line
        if isinstance(node, yaml.MappingNode):
            self._fill_object(loader, node, value, depth, known)
        else:
            value += [self._value(loader, child, depth + 1, known) for child in node.value]
        return value

    def _fill_object(
        self, loader: Any, node: Any, value: Json, depth: int, known: dict[int, Any]
    ) -> None:
        written = {id(key) for key, _child in node.value}
        loader.flatten_mapping(node)
        own: set[str] = set()
        for key, child in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                raise self._refusal(line, "a key must be a text")
            if key.value in own and id(key) in written:
                raise self._refusal(line, f"`{key.value}` stands here a second time")
            if id(key) in written:
                own.add(key.value)
            self._key_lines[id(value), key.value] = line
            value[key.value] = self._value(loader, child, depth + 1, known)
