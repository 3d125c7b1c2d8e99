"""Filling a JSON Schema from what a page declares. What is not declared stays empty."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from jsonschema.exceptions import ValidationError
from jsonschema.validators import Draft202012Validator, validator_for

from activities.declared import values as read
from activities.declared.entities import Declared, Entity, Source, Value
from activities.declared.lookup import Candidate, Lookup, Scope
from activities.declared.vocabulary import PATHS, WRAPPERS, joined, tokens
from domain.schema.references import resolve
from domain.schema.rules import with_null_rule

_MAX_DEPTH = 12
_MAX_OBJECTS = 5_000
"""Things on a page can refer to each other in circles, and so can schemas."""

_ADDRESS_WORDS = frozenset(
    ["url", "uri", "link", "href", "image", "images", "photo", "picture", "thumbnail", "logo"]
)
_CURRENCY_WORDS = frozenset(("currency", "currencycode", "pricecurrency", "salarycurrency"))
_NEGATIVE = frozenset(
    ["soldout", "issoldout", "outofstock", "isoutofstock", "haspaywall", "paywalled"]
)
"""Names of booleans that are true where what is declared is false."""

_CURRENCIES = frozenset(
    [
        "eur",
        "usd",
        "gbp",
        "chf",
        "jpy",
        "cad",
        "aud",
        "nzd",
        "sek",
        "nok",
        "dkk",
        "pln",
        "czk",
        "huf",
        "inr",
        "cny",
        "brl",
        "mxn",
        "zar",
    ]
)
_PEOPLE = frozenset(("Person", "Organization", "ImageObject"))
"""Of several of these, the first is the one that counts."""

_LISTED = frozenset(("keywords", "tags", "topics", "categories", "genres", "cuisines", "skills"))
"""Names of arrays whose values are often one string with commas."""

_SHORT = 100
"""Characters of values that are joined by commas; longer ones have a line each."""


@dataclass(frozen=True)
class Provenance:
    """Where a value comes from."""

    source: Source
    path: str
    """Of properties of schema.org, or the label of a table's row."""
    disagreeing: tuple[Source, ...] = ()
    """Less trusted sources that declare something else."""


@dataclass
class Filled:
    """A schema, filled."""

    result: dict[str, Any]
    provenance: dict[str, Provenance] = field(default_factory=dict)
    """By JSON Pointer (RFC 6901) of the value."""
    missing: list[str] = field(default_factory=list)
    """JSON Pointers of required properties that are null, but not of those within lists."""

    def value_at(self, pointer: str) -> Any:
        """The value that a JSON Pointer leads to; None if it leads nowhere."""
        value: Any = self.result
        for part in pointer.split("/")[1:]:
            key = part.replace("~1", "/").replace("~0", "~")
            if isinstance(value, list):
                value = value[int(key)] if key.isdecimal() and int(key) < len(value) else None
            else:
                value = value.get(key) if isinstance(value, dict) else None
        return value


def fill(schema: dict[str, Any], declared: Declared) -> Filled:
    """`schema`, an object's, filled from what a page declares: nothing is guessed.

    Required properties for which nothing is declared are null, optional ones left out. Each value
    fulfils its part of the schema; the whole may still break a rule such as `oneOf`.
    """
    return _Mapper(schema, declared).run()


class _Mapper:
    def __init__(self, schema: dict[str, Any], declared: Declared) -> None:
        self._root = schema
        self._declared = declared
        self._lookup = Lookup(declared)
        self._filled = Filled({})
        self._objects_left = _MAX_OBJECTS
        self._validator_class = validator_for(schema, default=Draft202012Validator)
        self._labels: dict[str, list[tuple[str, str, Source]]] = {}
        for label, value, source in declared.labels:
            self._labels.setdefault(_label_name(label), []).append((label, value, source))

    def run(self) -> Filled:
        schema = resolve(self._root, self._root)
        names = list(_properties(schema))
        hints = f"{schema.get('title', '')} {schema.get('description', '')}"
        wrapped = [
            name
            for part in _properties(schema).values()
            for name in _properties(resolve(part, self._root))
        ]
        scope = self._lookup.main_scope([*names, *wrapped], hints)
        for entity in scope.entities:
            for extra in entity.properties.get("additionalProperty", ()):
                if isinstance(extra, Entity):
                    self._add_label(extra)
        result = self._object(schema, scope, "", 0)
        self._filled.result = result if result is not None else self._empty(schema, "")
        self._filled.missing = [
            pointer
            for pointer in self._filled.missing
            if not any(part.isdecimal() for part in pointer.split("/"))
        ]
        return self._filled

    def _add_label(self, extra: Entity) -> None:
        name = next((read.text(value) for value in extra.properties.get("name", ())), None)
        text = render(extra)
        if name and text and text != name:
            self._labels.setdefault(_label_name(name), []).append((name, text, extra.source))

    def _empty(self, schema: dict[str, Any], pointer: str) -> dict[str, Any]:
        names = [name for name in schema.get("required", ()) if name in _properties(schema)]
        self._filled.missing += [f"{pointer}/{_escape(name)}" for name in names]
        return dict.fromkeys(names)

    def _object(
        self, schema: dict[str, Any], scope: Scope, pointer: str, depth: int
    ) -> dict[str, Any] | None:
        """The object, or None if not one of its properties is declared."""
        self._objects_left -= 1
        if depth > _MAX_DEPTH or self._objects_left < 0:
            return None
        properties = _properties(schema)
        if not properties:
            return self._free_object(scope, depth)
        required = set(schema.get("required", ()))
        result: dict[str, Any] = {}
        missing = []
        for name, part in properties.items():
            place = f"{pointer}/{_escape(name)}"
            value = self._property(name, part, scope, place, depth)
            if value is not None:
                result[name] = value
            elif name in required:
                result[name] = None
                missing.append(place)
        if all(value is None for value in result.values()):
            return None
        self._filled.missing += missing
        return result

    def _free_object(self, scope: Scope, depth: int) -> dict[str, Any] | None:
        """An object for which the schema names no properties."""
        if scope.page is not None:
            labels = {name: text for entries in self._labels.values() for name, text, _ in entries}
            return labels or None
        return scope.entities[0].to_json() if scope.entities and depth else None

    def _property(self, name: str, part: Any, scope: Scope, pointer: str, depth: int) -> Any:
        for option in self._options(part):
            value = self._value(name, option, scope, pointer, depth)
            if value is not None and self._is_valid(value, part):
                return value
            self._forget(pointer)
        return None

    def _options(self, part: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
        """The schemas, each of one type, one of which a value has to fulfil."""
        schema = resolve(part, self._root)
        for keyword in ("anyOf", "oneOf"):
            if isinstance(schema.get(keyword), list) and depth < 4:
                rest = {key: value for key, value in schema.items() if key != keyword}
                for branch in schema[keyword]:
                    yield from self._options({**rest, **resolve(branch, self._root)}, depth + 1)
                return
        kinds = schema.get("type")
        if kinds is None:
            kinds = _implied_types(schema)
        for kind in kinds if isinstance(kinds, list) else [kinds]:
            if kind != "null":
                yield {**schema, "type": kind}

    def _value(
        self, name: str, schema: dict[str, Any], scope: Scope, pointer: str, depth: int
    ) -> Any:
        description = str(schema.get("description", ""))
        candidates = list(self._lookup.candidates(scope, _base_name(name), description))
        match schema["type"]:
            case "object":
                return self._nested(name, schema, scope, candidates, pointer, depth)
            case "array":
                return self._array(name, schema, scope, candidates, pointer, depth)
        if scope.page is not None:
            candidates += self._labelled(name, schema)
        return self._scalar(name, schema, scope, candidates, pointer)

    def _scalar(
        self,
        name: str,
        schema: dict[str, Any],
        scope: Scope,
        candidates: list[Candidate],
        pointer: str,
    ) -> Any:
        chosen: Any = None
        origin: Candidate | None = None
        disagreeing: list[Source] = []
        for candidate in candidates:
            value = self._single(name, schema, scope, candidate)
            if value is None:
                continue
            if origin is None:
                chosen, origin = value, candidate
            elif value != chosen and candidate.source not in (origin.source, *disagreeing):
                disagreeing.append(candidate.source)
        if origin is not None:
            self._filled.provenance[pointer] = Provenance(
                origin.source, origin.path, tuple(disagreeing)
            )
        return chosen

    def _single(self, name: str, schema: dict[str, Any], scope: Scope, candidate: Candidate) -> Any:
        """The one value that a source has, in the type of the schema."""
        convert = _Converter(name, schema, self._declared)
        if candidate.is_converted:
            return candidate.values[0]
        if not convert.is_in_currency(scope):
            return None
        found = []
        for value in candidate.values:
            converted = convert(value)
            if converted is not None and converted not in found:
                if not self._is_valid(converted, schema):
                    continue
                found.append(converted)
        if len(found) <= 1:
            return found[0] if found else None
        if schema["type"] != "string" or "enum" in schema or convert.is_moment:
            return None  # several, and nothing says which is meant
        if convert.is_address or convert.is_currency:
            return found[0] if convert.is_address else None
        together = (", " if all(len(value) <= _SHORT for value in found) else "\n").join(found)
        return together if self._is_valid(together, schema) else None

    def _nested(
        self,
        name: str,
        schema: dict[str, Any],
        scope: Scope,
        candidates: list[Candidate],
        pointer: str,
        depth: int,
    ) -> dict[str, Any] | None:
        for candidate in [*self._lookup.things(scope, name), *candidates]:
            entities = [value for value in candidate.values if isinstance(value, Entity)]
            if len(entities) > 1 and not _PEOPLE.issuperset(entities[0].types[:1]):
                continue  # several, and nothing says which is meant
            if entities:
                inner = self._object(schema, Scope((entities[0],)), pointer, depth + 1)
                if inner is not None:
                    self._note(pointer, candidate)
                    return inner
        words = tokens(name)
        if scope.page is not None:
            things = self._lookup.only_thing(words)
            if things and not set(things) & set(scope.entities):
                inner = self._object(schema, Scope(tuple(things)), pointer, depth + 1)
                if inner is not None:
                    return inner
            if things or not WRAPPERS.isdisjoint(words):
                return self._object(schema, scope, pointer, depth + 1)
        for candidate in candidates:
            if "name" in _properties(schema) and len(candidate.values) == 1:
                alone = Entity(candidate.source, (), {"name": list(candidate.values)})
                inner = self._object(schema, Scope((alone,)), pointer, depth + 1)
                if inner is not None:
                    self._note(pointer, candidate)
                    return inner
        return None

    def _array(
        self,
        name: str,
        schema: dict[str, Any],
        scope: Scope,
        candidates: list[Candidate],
        pointer: str,
        depth: int,
    ) -> list[Any] | None:
        item = schema.get("items")
        options = [] if item is None else list(self._options(item))
        if any(option["type"] == "object" for option in options):
            listed = self._lookup.listed(name) if scope.page is not None else []
            for candidate in [*candidates, *listed]:
                entities = [
                    value
                    if isinstance(value, Entity)
                    else Entity(candidate.source, (), {"name": [value]})
                    for value in _flat(candidate.values)
                ]
                found = self._objects(options, entities, pointer, depth)
                if found:
                    self._note(pointer, candidate)
                    return found
            return self._rows(options, pointer) if scope.page is not None else None
        if not candidates and scope.page is not None:
            candidates = self._lookup.listed(name)
            if candidates and "breadcrumb" not in name.lower():
                candidates = []
        return self._scalars(name, options or [{"type": "string"}], candidates, pointer)

    def _objects(
        self, options: list[dict[str, Any]], entities: list[Entity], pointer: str, depth: int
    ) -> list[Any]:
        found: list[Any] = []
        for entity in entities:
            place = f"{pointer}/{len(found)}"
            for option in options:
                if option["type"] != "object":
                    continue
                value = self._object(option, Scope((entity,)), place, depth + 1)
                if value is not None and value not in found:
                    found.append(value)
                    break
        return found

    def _rows(self, options: list[dict[str, Any]], pointer: str) -> list[Any] | None:
        """The records of the table whose headings are the item's properties."""
        item = next(option for option in options if option["type"] == "object")
        properties = _properties(item)
        required = set(item.get("required", ()))
        for table in self._declared.tables:
            columns = {_label_name(heading): i for i, heading in enumerate(table.headings)}
            matched = {
                name: columns[_label_name(name)]
                for name in properties
                if _label_name(name) in columns
            }
            if len(matched) < min(2, len(properties)) or not required <= set(matched):
                continue
            found: list[Any] = []
            for row in table.rows:
                record: dict[str, Any] = {}
                for name, column in matched.items():
                    label = table.headings[column]
                    for option in self._options(properties[name]):
                        value = self._from_label(name, option, label, row[column])
                        if value is not None and self._is_valid(value, option):
                            record[name] = value
                            break
                    else:
                        if name in required:
                            record[name] = None
                if any(value is not None for value in record.values()):
                    found.append(record)
            if found:
                self._filled.provenance[pointer] = Provenance("table", ", ".join(table.headings))
                return found
        return None

    def _scalars(
        self,
        name: str,
        options: list[dict[str, Any]],
        candidates: list[Candidate],
        pointer: str,
    ) -> list[Any] | None:
        for candidate in candidates:
            found: list[Any] = []
            values = _flat(candidate.values)
            if len(values) == 1 and isinstance(values[0], str) and _is_listing(name):
                values = [part.strip() for part in re.split(r"[,;]", values[0])]
            for value in values:
                for option in options:
                    converted = _Converter(name, option, self._declared)(value)
                    if converted is not None and self._is_valid(converted, option):
                        if converted not in found:
                            found.append(converted)
                        break
            if found:
                self._note(pointer, candidate)
                return found
        return None

    def _labelled(self, name: str, schema: dict[str, Any]) -> list[Candidate]:
        """What tables and definition lists have under the property's own name."""
        found = [
            (label, value, source)
            for key in dict.fromkeys((_label_name(name), joined(_base_name(name))))
            for label, value, source in self._labels.get(key, ())
        ]
        converted = [
            Candidate([value], source, label, is_converted=True)
            for label, text, source in found
            if (value := self._from_label(name, schema, label, text)) is not None
        ]
        if len({str(candidate.values[0]) for candidate in converted}) > 1:
            return []  # several, and nothing says which is meant
        return converted[:1]

    def _from_label(self, name: str, schema: dict[str, Any], label: str, text: str) -> Any:
        """A cell's text in the type of the schema, with the unit in its heading."""
        words = tokens(name)
        if len(words) > 1 and words[-1] in _CURRENCIES:
            given = re.findall(r"[^\W\d]+|[^\w\s.,]+", f"{label} {text}")
            if words[-1].upper() not in map(read.currency, given):
                return None
        value = _Converter(name, schema, self._declared)(text)
        if schema["type"] in ("number", "integer"):
            bracket = re.search(r"[(\[]\s*([^()\[\]]+?)\s*[)\]]\s*$", label)
            unit = bracket[1] if bracket else _unit_at_end(label)
            if unit is not None:
                return _Converter(name, schema, self._declared)(f"{text} {unit}")
        return value

    def _is_valid(self, value: Any, schema: Any) -> bool:
        if not isinstance(schema, dict):
            return schema is not False
        rules: dict[str, Any] = with_null_rule(schema)
        if "$ref" in str(rules):
            rules = {
                **rules,
                **{key: with_null_rule(self._root[key]) for key in ("$defs", "definitions")
                   if key in self._root},
            }  # fmt: skip
        try:
            return bool(self._validator_class(rules).is_valid(value))
        except (ValidationError, LookupError, RecursionError):
            return False
        except Exception as error:
            if "resolv" in type(error).__name__.lower():
                return True  # a reference to elsewhere; the whole is validated later
            raise

    def _note(self, pointer: str, candidate: Candidate) -> None:
        self._filled.provenance[pointer] = Provenance(candidate.source, candidate.path)

    def _forget(self, pointer: str) -> None:
        """Removes what a try that failed has left behind."""
        for place in [
            p for p in self._filled.provenance if p == pointer or p.startswith(f"{pointer}/")
        ]:
            del self._filled.provenance[place]
        self._filled.missing = [
            place for place in self._filled.missing if not place.startswith(f"{pointer}/")
        ]


class _Converter:
    """Turns a declared value into what one property asks for."""

    def __init__(self, name: str, schema: dict[str, Any], declared: Declared) -> None:
        self._schema = schema
        self._declared = declared
        self._name = joined(name)
        self._words = tokens(name)
        base = joined(_base_name(name))
        self._unit = self._words[-1] if len(self._words) > 1 else None
        form = schema.get("format")
        hints = tokens(str(schema.get("description", "")))
        self._duration_unit = _duration_unit(self._words, hints)
        self.is_address = form in ("uri", "url", "uri-reference", "iri") or (
            form is None and not _ADDRESS_WORDS.isdisjoint(self._words[-1:])
        )
        self.is_moment = form in ("date", "date-time", "datetime")
        self.is_currency = self._name in _CURRENCY_WORDS or base in _CURRENCY_WORDS
        self._form = form

    def is_in_currency(self, scope: Scope) -> bool:
        """Whether a price that is asked for in a currency is declared in it."""
        if self._words[-1] not in _CURRENCIES or len(self._words) < 2:
            return True
        return any(
            read.currency(value) == self._words[-1].upper()
            for entity in (*scope.entities, *(scope.page.page if scope.page else ()))
            for path in PATHS["currency"]
            for value in _at(entity, path)
        )

    def __call__(self, value: Value) -> Any:
        if isinstance(value, Entity):
            return self._of_entity(value)
        if "const" in self._schema:
            return read.enum_member(value, [self._schema["const"]])
        if "enum" in self._schema:
            return self._of_enum(value)
        match self._schema["type"]:
            case "boolean":
                answer = read.boolean(value)
                return not answer if answer is not None and self._name in _NEGATIVE else answer
            case "number":
                return self._number(value)
            case "integer":
                number = self._number(value)
                return int(number) if number is not None and float(number).is_integer() else None
            case "string":
                return self._string(value)
        return None

    def _of_enum(self, value: Value) -> Any:
        if isinstance(value, Entity):
            return None
        members = list(self._schema["enum"])
        if any(isinstance(member, bool) for member in members):
            answer = read.boolean(value)
            return answer if answer in members else None
        return read.enum_member(value, members)

    def _number(self, value: Value) -> float | int | None:
        if isinstance(value, Entity):
            return None
        length = read.seconds(value) if isinstance(value, str) else None
        if length is not None:
            if self._duration_unit is None:
                return None
            scaled = length / read.DURATION_UNITS[self._duration_unit]
            return int(scaled) if scaled.is_integer() else scaled
        if self._duration_unit == self._words[-1] and len(self._words) > 1:
            return None  # a number of what?
        unit = self._unit if self._unit and read.is_unit(self._unit) else None
        return read.number(value, unit)

    def _string(self, value: Value) -> str | None:
        language = self._declared.language
        match self._form:
            case "date":
                moment = read.moment(value, language)
                return moment[:10] if moment else None
            case "time":
                moment = read.moment(value, language) or ""
                return moment[11:] or None
            case "date-time" | "datetime":
                return read.moment(value, language)
            case "duration":
                return read.iso_duration(value)
            case "email":
                return read.email(value)
        if self.is_address:
            return read.url(value, self._declared.base_url)
        if self.is_currency:
            return read.currency(value)
        if self._words[-1:] in (["phone"], ["telephone"], ["tel"]):
            return read.telephone(value)
        if self._words[-1:] == ["email"]:
            return read.email(value) or None
        return read.text(value)

    def _of_entity(self, entity: Entity) -> Any:
        """The plain value of a thing: its name, its address, its amount."""
        kind = self._schema["type"]
        if kind in ("number", "integer"):
            unit = next(
                (
                    read.unit_of(value)
                    for name in ("unitText", "unitCode")
                    for value in entity.properties.get(name, ())
                ),
                "",
            )
            for path in ("value", "price", "ratingValue", "value.value"):
                for value in _at(entity, path):
                    if not isinstance(value, Entity):
                        return self(f"{read.text(value)} {unit}" if unit else value)
            return None
        if kind != "string":
            return None
        if self.is_address:
            for path in ("url", "contentUrl", "@id"):
                for value in _at(entity, path) or ([entity.id or ""] if path == "@id" else []):
                    if isinstance(value, str) and (address := self(value)) is not None:
                        return address
            return None
        text = render(entity)
        return self(text) if text else None


def render(entity: Entity) -> str | None:
    """A thing in one line, from its own values only."""
    kinds = set(entity.types)
    if "OpeningHoursSpecification" in kinds:
        return _hours(entity)
    if "PostalAddress" in kinds or "addressLocality" in entity.properties:
        return _address(entity)
    if kinds & {
        "MonetaryAmount",
        "QuantitativeValue",
        "PropertyValue",
        "MonetaryAmountDistribution",
    }:
        return _amount(entity)
    for name in ("name", "headline", "title", "text", "description"):
        for value in entity.properties.get(name, ()):
            if text := read.text(value):
                return text
    for name in ("address", "value", "@value", "url", "contentUrl"):
        for value in entity.properties.get(name, ()):
            text = render(value) if isinstance(value, Entity) else read.text(value)
            if text:
                return text
    return None


def _address(entity: Entity) -> str | None:
    def one(name: str) -> str:
        values = entity.properties.get(name, [])
        plain = [render(v) if isinstance(v, Entity) else read.text(v) for v in values[:1]]
        return plain[0] or "" if plain else ""

    town = f"{one('postalCode')} {one('addressLocality')}".strip()
    parts = [one("streetAddress"), town, one("addressRegion"), one("addressCountry")]
    return ", ".join(part for part in parts if part) or None


def _amount(entity: Entity) -> str | None:
    def one(owner: Entity, name: str) -> str:
        for value in owner.properties.get(name, ()):
            if not isinstance(value, Entity):
                return read.text(value) or ""
        return ""

    inner = next((v for v in entity.properties.get("value", ()) if isinstance(v, Entity)), entity)
    lowest, highest = one(inner, "minValue"), one(inner, "maxValue")
    amount = one(inner, "value") or (
        f"{lowest} - {highest}" if lowest and highest else lowest or highest
    )
    if not amount:
        return one(entity, "name") or None
    unit = one(entity, "currency") or one(inner, "unitText") or one(inner, "unitCode")
    per = one(inner, "unitText").lower() if one(entity, "currency") else ""
    return " ".join(part for part in (amount, unit, f"per {per}" if per else "") if part)


def _hours(entity: Entity) -> str | None:
    def all_of(name: str) -> list[str]:
        plain = [read.text(value) or "" for value in entity.properties.get(name, ())
                 if not isinstance(value, Entity)]  # fmt: skip
        return [text for text in plain if text]

    days, opens, closes = all_of("dayOfWeek"), all_of("opens"), all_of("closes")
    if not days or not opens or not closes:
        return None
    return f"{', '.join(days)} {opens[0]}-{closes[0]}"


def _flat(values: list[Value]) -> list[Value]:
    """The values, sections of instructions replaced by their steps."""
    flat: list[Value] = []
    for value in values:
        if isinstance(value, Entity) and (
            "HowToSection" in value.types or "ItemList" in value.types
        ):
            flat += _flat(value.properties.get("itemListElement", []))
        elif (
            isinstance(value, Entity)
            and "HowToStep" in value.types
            and value.properties.get("text")
        ):
            own = Entity(value.source, value.types, dict(value.properties))
            own.properties.setdefault("name", own.properties["text"])
            flat.append(_with_text_first(own))
        else:
            flat.append(value)
    return flat


def _with_text_first(step: Entity) -> Entity:
    """A step whose text, and not its heading, stands for it in a list of strings."""
    step.properties["name"] = step.properties["text"]
    return step


def _at(entity: Entity, path: str) -> list[Value]:
    values: list[Value] = [entity]
    for part in path.split("."):
        values = [
            inner
            for value in values
            if isinstance(value, Entity)
            for inner in value.properties.get(part, ())
        ]
    return values


def _properties(schema: dict[str, Any]) -> dict[str, Any]:
    properties = schema.get("properties")
    return properties if isinstance(properties, dict) else {}


def _implied_types(schema: dict[str, Any]) -> list[str]:
    if "properties" in schema:
        return ["object"]
    if "items" in schema:
        return ["array"]
    if "enum" in schema or "const" in schema:
        return ["string"]
    return ["string", "number", "boolean"]


def _is_listing(name: str) -> bool:
    return not _LISTED.isdisjoint(tokens(name))


_TIME_WORDS = frozenset(
    ("time", "duration", "runtime", "length", "prep", "cook", "total", "reading", "baking")
)


def _duration_unit(words: list[str], hints: list[str]) -> str | None:
    """The unit of time that a property is in: by its name, or by its description."""
    for word in (*words[1:], *hints):
        if word in read.DURATION_UNITS and (
            word.endswith("s") or word in hints or not _TIME_WORDS.isdisjoint(words)
        ):
            return word
    return None


def _unit_at_end(label: str) -> str | None:
    words = tokens(label)
    if len(words) > 1 and (words[-1] in read.DURATION_UNITS or read.is_unit(words[-1])):
        return words[-1]
    return None


def _base_name(name: str) -> str:
    """The name without the unit at its end: `price_eur`, `prep_time_minutes`, `weight_kg`."""
    words = tokens(name)
    if "".join(words) in PATHS or len(words) < 2:
        return name
    last = words[-1]
    if last in ("in", "m") and len(words) == 2 and words[0] not in ("width", "height", "length"):
        return name
    if last in read.DURATION_UNITS or read.is_unit(last) or last in _CURRENCIES:
        words = words[:-1]
        if words[-1] == "in" and len(words) > 1:
            words = words[:-1]
        return "_".join(words)
    return name


def _label_name(label: str) -> str:
    """A label without the unit in brackets at its end."""
    return joined(re.sub(r"[(\[][^()\[\]]*[)\]]\s*$", "", label)) or label.strip().lower()


def _escape(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
