"""Do arrays have the axes that annotations name? `Annotated[FloatArray, "batch outputs"]` is checked in all tests.

Annotations stand where a method is first defined, and hold for whatever overrides it. The same name is the same size
within one call; a name with an expression, as in "1+phases", is computed from the others.
"""

import dataclasses
import functools
import inspect
from collections.abc import Callable, Iterable, Iterator
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from beartype import beartype
from jaxtyping import Shaped, jaxtyped


def _shape(hint: Any) -> Any:
    """The hint with arrays as jaxtyping has them, None where there are no axes in it."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated and isinstance(arguments[1], str):
        return Shaped[Any, arguments[1]]
    if arguments and isinstance(origin, type):
        inner = [_shape(argument) for argument in arguments]
        if any(inner):
            return origin[tuple(shape or Any for shape in inner)]
    return None


def shapes_of(function: Callable[..., Any]) -> dict[str, Any]:
    """What a function says of the axes of its arguments, and of what it returns."""
    said = any("Annotated" in str(hint) for hint in function.__annotations__.values())
    hints = get_type_hints(function, include_extras=True) if said else {}  # others may name what is not imported
    return {name: shape for name, hint in hints.items() if (shape := _shape(hint)) is not None}


def checked(function: Callable[..., Any], shapes: dict[str, Any]) -> Callable[..., Any]:
    """The function, which raises where an array has other axes. The same sizes are looked at once."""
    signature = inspect.signature(function)
    named = [each.replace(annotation=shapes.get(name, each.empty)) for name, each in signature.parameters.items()]
    given, seen = _typed(function, named, Any), set()
    answered = _typed(function, [_ANSWER, *named], shapes.get("return", Any))

    @functools.wraps(function)
    def wrapped(*arguments: Any, **options: Any) -> Any:
        asked = _sizes((*arguments, *options.items()))
        if asked not in seen:
            given(*arguments, **options)
            seen.add(asked)
        answer = function(*arguments, **options)
        both = asked, _sizes(answer)
        if both not in seen:
            answered(answer, *arguments, **options)
            seen.add(both)
        return answer

    return wrapped


_ANSWER = inspect.Parameter("_answer", inspect.Parameter.POSITIONAL_ONLY)


def _typed(function: Callable[..., Any], parameters: list[inspect.Parameter], answer: Any) -> Callable[..., Any]:
    """A function of these arguments that returns the first of them, and raises where any has other axes."""

    def typed(first: Any, *arguments: Any, **options: Any) -> Any:
        return first

    typed.__name__, typed.__qualname__, typed.__module__ = function.__name__, function.__qualname__, function.__module__
    typed.__signature__ = inspect.Signature(parameters, return_annotation=answer)
    typed.__annotations__ = {each.name: each.annotation for each in parameters if each.annotation is not each.empty}
    typed.__annotations__ |= {"return": answer}
    return jaxtyped(typed, typechecker=beartype)


def _sizes(value: Any) -> Any:
    """The sizes of an array, or of all in a row."""
    if isinstance(value, tuple | list):
        return tuple(map(_sizes, value))
    return getattr(value, "shape", None)


def check_shapes(first: type, others: Iterable[type] = ()) -> None:
    """Check the methods of a class from now on, and of the classes that have them too."""
    for name, shapes in _annotated(first):
        for kind in {first, *_descendants(first), *others}:
            own = vars(kind).get(name)
            if isinstance(own, property):
                setattr(kind, name, property(checked(own.fget, shapes), doc=own.__doc__))
            elif inspect.isfunction(own) and not getattr(own, "__isabstractmethod__", False):
                setattr(kind, name, checked(own, shapes))


def _annotated(kind: type) -> Iterator[tuple[str, dict[str, Any]]]:
    """Methods of a class with the axes they name; the fields of a dataclass are arguments of its `__init__`."""
    for name, own in list(vars(kind).items()):
        function = own.fget if isinstance(own, property) else own
        if name == "__init__" and dataclasses.is_dataclass(kind):
            hints = get_type_hints(kind, include_extras=True)
            shapes = {field: shape for field, hint in hints.items() if (shape := _shape(hint)) is not None}
        elif inspect.isfunction(function):
            shapes = shapes_of(function)
        else:
            continue
        if shapes:
            yield name, shapes


def _descendants(kind: type) -> Iterator[type]:
    for each in kind.__subclasses__():
        yield each
        yield from _descendants(each)
