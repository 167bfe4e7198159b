"""What a method does to what it is called on, by the kind of that."""

from __future__ import annotations

from dataclasses import replace

from nbflow.authoring.dataflow import knowledge, known_functions, methods
from nbflow.authoring.dataflow.calling import (
    AT_NAME,
    NAME,
    Arguments,
    Target,
    ends_in_place,
    joined_path,
    opens_for_writing,
)
from nbflow.authoring.dataflow.classes import changes_when_used, may_answer
from nbflow.authoring.dataflow.facts import AMBIENT, PLOTS, RANDOM, Mode
from nbflow.authoring.dataflow.heap import (
    SCALAR,
    Kind,
    Site,
    Value,
    join,
    text_value,
)
from nbflow.authoring.dataflow.unseen import Unseen


class MethodCalls(Unseen):
    """A machine that knows what methods do."""

    def _call_method(self, target: Target, receiver: Value, arguments: Arguments) -> Value:
        if target.name in methods.ENTERING_METHODS:
            self.touch(AMBIENT, Mode.WRITE, f"calls `{target.text}`, which lasts beyond the cell")
        method = {
            Kind.SCALAR: self._scalar_method,
            Kind.PATH: self._path_method,
            Kind.CONTAINER: self._container_method,
            Kind.DATA: self._data_method,
            Kind.OBJECT: self._object_method,
        }.get(receiver.kind, self._unknown_method)
        return method(target, receiver, arguments)

    def _scalar_method(self, target: Target, receiver: Value, arguments: Arguments) -> Value:
        name = target.name
        if name in methods.FRAME_METHODS:
            self._read_names_in_text(arguments, NAME)
        for value in arguments:
            self.consume(value)
        self._callbacks([receiver], arguments)
        if name in methods.LAZY_METHODS:
            found = self.new(target.place, kind=Kind.LAZY, stuck="an iterator")
            if name in knowledge.STUCK_ELEMENTS:
                self.store(found, self._given_by(target))
            return found
        if name in methods.MATCH_METHODS:
            return self.new(target.place, kind=Kind.DATA, stuck="the result of matching a pattern")
        if name in methods.LISTING_METHODS or name == "findall":
            return self.new(target.place, kind=Kind.CONTAINER)
        return SCALAR

    def _path_method(self, target: Target, receiver: Value, arguments: Arguments) -> Value:
        name = target.name
        reads, writes = name in methods.PATH_READS, name in methods.PATH_WRITES
        if name == "open":
            stream = self.new(target.place, kind=Kind.OBJECT, stuck="an open file")
            writes = opens_for_writing(arguments, mode_at=0)
            self._use_file_value(target, receiver, writes=writes)
            for site in stream.roots:
                self.heap.thing(site).files.add((receiver.text, writes))
            return stream
        if reads or writes:
            goes_elsewhere = name in methods.PATH_MOVES and arguments.at(0) is not None
            where = replace(receiver, text=None) if goes_elsewhere else receiver
            self._use_file_value(target, where, writes=writes)
            if name == "mkdir" and arguments.is_set("parents"):
                self._use_parents(target, where)
        if name in methods.LAZY_METHODS:
            found = self.new(target.place, kind=Kind.LAZY, stuck="an iterator")
            self.store(found, Value(kind=Kind.PATH))
            return found
        text = joined_path(arguments, receiver.text) if name == "joinpath" else None
        return text_value(text, Kind.PATH) if text is not None else Value(kind=Kind.PATH)

    def _container_method(self, target: Target, receiver: Value, arguments: Arguments) -> Value:
        name = target.name
        if name in methods.MUTATING_METHODS or not hasattr(list, name) | hasattr(
            dict, name
        ) | hasattr(set, name):
            self.mutate(receiver, f"calls `{target.text}`, which may change it")
            self._store_elements(receiver, arguments)
        for value in arguments:
            self.consume(value)
        self._callbacks([receiver], arguments)
        part = self.heap.part(receiver)
        if name in methods.VIEW_OF_DICT:
            return self._view_of_dict(target, receiver, part)
        if name in ("index", "count", "isdisjoint", "issubset", "issuperset"):
            return SCALAR
        if name in ("get", "pop", "setdefault", "popitem"):
            return join([part, *arguments])
        return self._make_container(target, Arguments([receiver, *arguments]))

    def _store_elements(self, receiver: Value, arguments: Arguments) -> None:
        for value in arguments:
            self.store(receiver, value)
            if not value.is_constant:
                self.store(receiver, self.heap.part(value))

    def _view_of_dict(self, target: Target, receiver: Value, part: Value) -> Value:
        view = self.new(target.place, kind=Kind.CONTAINER, stuck="a view of a dict")
        if target.name == "items":
            pair = self.new((target.place, "pair"), kind=Kind.CONTAINER)
            self.store(pair, part)
            self.store(view, pair)
        else:
            sites = [self.heap.thing(site) for site in receiver.roots]
            is_plain = target.name == "keys" and not any(each.has_object_keys for each in sites)
            self.store(view, SCALAR if is_plain else part)
        return view

    def _data_method(self, target: Target, receiver: Value, arguments: Arguments) -> Value:
        name = target.name
        in_place = any(arguments.is_set(flag) for flag in ("inplace", "in_place"))
        in_place = in_place or arguments.has_any_keyword
        if in_place or name in methods.MUTATING_METHODS or ends_in_place(name):
            self.mutate(receiver, f"calls `{target.text}`, which changes it in place")
            self._store_elements(receiver, arguments)
        self._common_effects(target, receiver, arguments)
        returned = self._callbacks([receiver], arguments)
        if name in methods.PLOT_METHODS:
            return self.draw(target, receiver)
        made = self._data_result(target, receiver, arguments)
        self.store(made, returned)
        return made

    def _data_result(self, target: Target, receiver: Value, arguments: Arguments) -> Value:
        name = target.name
        if name in methods.SCALAR_METHODS and not arguments.positional:
            return SCALAR
        if name in methods.LAZY_METHODS:
            rows = self.new(target.place, kind=Kind.LAZY, stuck="an iterator")
            self.store(rows, receiver)
            return rows
        made = self.new(target.place, kind=Kind.DATA)
        if name in methods.FRESH_DATA_METHODS:
            return made
        if name in methods.VIEW_OF_DICT:
            for site in made.roots:
                self.heap.mark(site, stuck="a view of a dict" if name != "values" else "")
        roots = frozenset(site for value in (receiver, *arguments) for site in value.roots)
        return replace(made, roots=made.roots | roots)

    def draw(self, target: Target, receiver: Value) -> Value:
        """`df.plot(...)` and `df.plot.bar(...)`: a figure of its own, unless one is being drawn."""
        self.touch(PLOTS, Mode.START, f"draws with `{target.text}`")
        figure = self.new(
            target.place, kind=Kind.OBJECT, stuck="a figure, which lives in its kernel"
        )
        self.store(figure, receiver, keep=True)
        return figure

    def _common_effects(self, target: Target, receiver: Value, arguments: Arguments) -> None:
        """What methods of tables, models and the like may do besides changing what they are called
        on.
        """
        name = target.name
        if name in methods.FRAME_METHODS:
            pattern = AT_NAME if receiver.kind is Kind.DATA else NAME
            self._read_names_in_text(arguments, pattern)
        if name in methods.DRAWING_METHODS:
            self.touch(RANDOM, Mode.WRITE, f"calls `{target.text}`, which may use random numbers")
        if methods.file_mode(name) and list(arguments):
            self._use_files(target, arguments)
        for key in knowledge.CHANGED_KEYWORDS:
            value = arguments.at(key)
            if value is not None and not value.is_constant:
                self.mutate(value, f"passes it to `{target.text}`, which changes it", owned=True)
        for value in arguments:
            if value.kind in (Kind.LAZY, Kind.UNKNOWN):
                self.consume(value)

    def _object_method(self, target: Target, receiver: Value, arguments: Arguments) -> Value:
        self._common_effects(target, receiver, arguments)
        if target.name in methods.ARGUMENT_METHODS:
            for value in arguments:
                self.mutate(value, f"passes it to `{target.text}`, which changes it", owned=True)
        if target.name in methods.RANDOM_METHODS:
            self._use_object(target, receiver, Arguments())
            return self._make_view(target, arguments)
        self._use_other_files(target, receiver, arguments)
        if target.name in methods.READING_METHODS:
            self.mutate(receiver, f"calls `{target.text}`, which reads on", owned=True)
            return self.new(target.place, kind=Kind.DATA, stuck=self.rows)
        if target.name in methods.MODEL_METHODS | methods.FITTING_METHODS and arguments.positional:
            return self._model_method(target, receiver, arguments)
        if target.name in methods.PURE_METHODS - {"format"}:  # a Styler is no text
            self._run_carried_by(receiver, arguments)
            self._callbacks([receiver], arguments)
            made = self.new(target.place, kind=Kind.DATA)
            if target.name in _FRESH_OBJECT_METHODS:
                return made
            return replace(made, roots=made.roots | receiver.roots, kind=Kind.OBJECT)
        return self._use_object(target, receiver, arguments)

    def _use_other_files(self, target: Target, receiver: Value, arguments: Arguments) -> None:
        """Files that a method uses besides the one that its object stands for, if it does for any:
        those that are put into an archive or taken out, a configuration that is read.
        """
        things = [self.heap.thing(site) for site in receiver.roots]
        named = next(iter(arguments), None)
        if any(thing.stuck == known_functions.OPEN_ARCHIVE for thing in things):
            if target.name in methods.ARCHIVE_WRITES:
                self.use_file(None, writes=True, why=f"unpacks files by `{target.text}`")
            elif target.name in methods.ARCHIVE_READS:
                self._use_file_value(target, named, writes=False)
        elif target.name == "read" and not any(thing.files for thing in things):
            self._use_file_value(target, named, writes=False)
        for value in arguments.positional if target.name in methods.WRITING_TO else ():
            if value.kind is Kind.OBJECT:
                self.mutate(value, f"passes it to `{target.text}`, which writes to it", owned=True)

    def _model_method(self, target: Target, receiver: Value, arguments: Arguments) -> Value:
        """`model.fit_transform(X)`, `model.transform(X)`: data that shares nothing with the model,
        which may remember it.
        """
        self._run_carried_by(receiver, arguments)
        fits = target.name in methods.FITTING_METHODS
        if fits:
            self.mutate(receiver, f"calls `{target.text}`, which fits it", owned=True)
        self.touch(RANDOM, Mode.WRITE, f"calls `{target.text}`, which may use random numbers")
        returned = self._callbacks([receiver], arguments)
        made = self._make_view(target, arguments)
        self.store(made, returned)
        for value in (made, *arguments) if fits else ():
            self.store(receiver, value, keep=True)
        return made

    def _use_object(self, target: Target, receiver: Value, arguments: Arguments) -> Value:
        """Its own methods may change an object, and let it remember what they are given."""
        self.mutate(receiver, f"calls `{target.text}`, which may change it", owned=True)
        self.touch(RANDOM, Mode.WRITE, f"calls `{target.text}`, which may use random numbers")
        self._run_carried_by(receiver, arguments)
        returned = self._callbacks([receiver], arguments)
        made = self.new(target.place, kind=Kind.OBJECT)
        for value in arguments:
            self.store(receiver, value, keep=True)
            self.store(made, value)
        self.store(made, returned)
        self._hand_on_files(receiver, made)
        return replace(made, roots=made.roots | receiver.roots)

    def _hand_on_files(self, receiver: Value, made: Value) -> None:
        """What an open file or connection gives (a cursor) goes on using it."""
        if not self.rows and receiver.roots:
            things = [self.heap.thing(site) for site in receiver.roots]
            if all(thing.files for thing in things):
                for site in made.roots:
                    self.heap.thing(site).files |= {use for each in things for use in each.files}

    def _unknown_method(self, target: Target, receiver: Value, arguments: Arguments) -> Value:
        if target.name in methods.PURE_METHODS and not self._has_own(receiver, target.name):
            self._common_effects(target, receiver, arguments)
            self._callbacks([receiver], arguments)
            made = self.new(target.place)
            for value in arguments:
                self.store(made, value)
            return replace(made, roots=made.roots | self._reach(receiver))
        if target.name in methods.FRAME_METHODS:
            self._read_names_in_text(arguments, NAME)
        if receiver.kind is Kind.CODE and not all(code.is_class for code in receiver.codes):
            self.mutate(receiver, f"calls `{target.text}`, which may change the function")
        return self._call_unknown(target, [receiver, *arguments], "calls a method that is not seen")

    def _has_own(self, value: Value, name: str) -> bool:
        """Whether a method of that name may be, or run, code of the notebook."""
        return any(
            not code.is_class or may_answer(code, name) or changes_when_used(code)
            for code in self.heap.codes(value)
        )

    def _reach(self, value: Value) -> frozenset[Site]:
        return frozenset(self.heap.reach(value.roots))


_FRESH_OBJECT_METHODS = frozenset(
    "predict predict_proba predict_log_proba decision_function score get_feature_names_out "
    "summary mean median std "
    "var count nunique value_counts describe to_dict to_string".split()
)
