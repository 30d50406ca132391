"""Lines per module and function, printed; past the limits somebody should look again."""

import ast
import statistics

from tests.test_layers import MODULES, TREES

LONGEST_MODULE = 400
LONGEST_FUNCTION = 40
CODE = {name: path for name, path in MODULES.items() if ".migrations." not in name}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def lines_of(name: str) -> int:
    return len(MODULES[name].read_text().splitlines())


def functions_of(name: str) -> dict[str, int]:
    found = (node for node in ast.walk(TREES[name]) if isinstance(node, Function))
    return {f"{name}.{node.name}": (node.end_lineno or node.lineno) - node.lineno + 1 for node in found}


def test_modules_stay_readable():
    assert not {name: lines for name in CODE if (lines := lines_of(name)) > LONGEST_MODULE}


def test_functions_stay_readable():
    lengths = {function: lines for name in CODE for function, lines in functions_of(name).items()}
    assert not {function: lines for function, lines in lengths.items() if lines > LONGEST_FUNCTION}


def test_functions_are_typed():
    found = ((name, node) for name in CODE for node in ast.walk(TREES[name]) if isinstance(node, Function))
    assert not [f"{name}.{node.name}:{node.lineno}" for name, node in found if not is_typed(node)]


def is_typed(node: Function) -> bool:
    arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    return node.returns is not None and all(one.annotation or one.arg in ("self", "cls") for one in arguments)


def test_the_figures_are_printed(capsys):
    modules = {name: lines_of(name) for name in CODE}
    functions = {function: lines for name in CODE for function, lines in functions_of(name).items()}
    with capsys.disabled():
        for word, found in (("module", modules), ("function", functions)):
            longest = max(found, key=lambda name: found[name])
            typical = statistics.median(found.values())
            print(
                f"\n{len(found)} {word}s, typically {typical:.0f} lines; longest {longest} with {found[longest]}",
                end="",
            )
        print()
    assert statistics.median(modules.values()) <= 100 and statistics.median(functions.values()) <= 12
