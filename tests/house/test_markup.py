"""Text of others never becomes markup: what reaches Streamlit's markdown is our own words, numbers in words, or escaped.

A label, a heading, a message and a tooltip are markdown, which loads pictures, follows links and draws `:material/...:`. Each must be made
of constants, translated templates, `words.plain(...)` and the numbers, days and amounts of `text.Language`; what else is shown is named
below, with the reason why it is harmless.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.source import place, product_files, screen_files, tree

# Parameters of these that are markdown: the first argument, and these by name. (Text, code and cells show what they are given.)
MARKDOWN = {
    "markdown", "write", "error", "success", "info", "warning", "toast", "caption", "title", "header", "subheader", "badge", "metric",
    "button", "download_button", "link_button", "popover", "expander", "tabs", "checkbox", "radio", "toggle", "selectbox", "multiselect",
    "pills", "segmented_control", "text_input", "text_area", "number_input", "date_input", "file_uploader", "dialog", "status", "spinner",
    "progress", "menu_button", "form_submit_button", "html", "latex", "slider", "select_slider",
    "plotly_chart", "dataframe", "Page", "page_link",
}
BY_NAME = {"label", "help", "body", "delta", "caption", "captions", "title"}
# Markdown too, where a person chooses among them: these show each option as it is formatted.
OPTIONS = {"radio", "pills", "segmented_control", "tabs"}
DATA_FIRST = {"plotly_chart", "dataframe", "Page", "page_link"}
# Words of ours, and numbers in words: nothing of theirs can be markup.
TRANSLATIONS = {"gettext", "ngettext", "translate", "_", "N_"}
NUMBERS = {"amount", "number", "days", "minutes", "percent", "day", "short_day", "moment"}
ESCAPES = {"words.plain", "plain"}
# Function -> why what it gives is no text of others.
OWN_WORDS = {
    "labels.title": "a closed list of the data in words: what is not in the list is refused at import",
    "labels.bucket": "a bucket's own name: digits and a dash",
}
# Refused at import unless it is an ISO code.
CURRENCY = re.compile(r"(?:^|\.|\[')currency(?:'\])?$")
# What a table of ours, in capitals, says of a code.
TABLES = re.compile(r"_?[A-Z][A-Z_]+(?:\[|\.__getitem__$)")
# (file, what is shown) -> why it may be.
HANDED = "words of ours that the caller has translated"
_UI = "clearaccounts/ui/"
ALLOWED: dict[tuple[str, str], str] = {
    ("pages/suspensions.py", "f'{title}. {approvals}' if approvals else title"): "a title of ours, and a number in our words",
    (_UI + "cards.py", "f':{colour}[:small[{words.plain(card.change)}]]'"): "the colour is one of three of ours",
    (_UI + "cards.py", "card.title"): HANDED,
    (_UI + "cases_view.py", "title"): HANDED,
    (_UI + "decision_forms.py", "label(form, language)"): "a verb of ours and a number",
    (_UI + "suspensions_view.py", "decision_forms.label(form, language)"): "a verb of ours and a number",
    (_UI + "evidence_card.py", "whole"): "a hash, in digits and letters",
    (_UI + "policy_forms.py", "f'SHA-256 {form.text_hash}'"): "a hash, in digits and letters",
    (_UI + "health_view.py", "said"): "a state of health in our words",
    (_UI + "import_progress.py", "label"): HANDED,
    (_UI + "import_work.py", "path.name"): "told to a job, which shows it escaped",
    (_UI + "key_figures_view.py", "said"): "a function that gives a title of ours and a number",
    (_UI + "money_field.py", "label"): HANDED,
    (_UI + "notice_forms.py", "verb"): HANDED,
    (_UI + "notice_view.py", "title"): HANDED,
    (_UI + "policy_change.py", "said.format(title=title, version=one.policy.version, day=language.day(one.counts_from_on))"):
        "the title of a step, a whole number and a day",
    (_UI + "profile_grid.py", "_samples(of.file[chosen], language) + (f'  \\n:small[{words.plain(why)}]' if why else '')"):
        "_samples escapes what it shows of a file",
    (_UI + "profile_grid.py", "title"): "a column of ours in our words",
    (_UI + "profile_habits.py", "said.format(count=language.number(len(theirs)))"): "a number in our words",
    (_UI + "remembered.py", "f'<img src=\"{PATH}?ticket={ticket}\" alt=\"\">'"):
        "a constant and a random token of our own: no text of anybody",
    (_UI + "saved_edges.py",
     "translate(N_('Name for {edges}, {basis}')).format(edges=', '.join(map(str, edges)), basis=labels.title(basis, language))"):
        "whole numbers and a choice of ours",
    (_UI + "sign_in.py", "f'<img src=\"{escape(targets.picture(page, query))}\" alt=\"\">'"):
        "an address of ours, its query quoted and escaped",
    (_UI + "sign_in.py", "person.name"): "one of the five built-in people of demo mode",
    (_UI + "url.py", "label"): HANDED,
    (_UI + "url.py", "options.__getitem__"): HANDED,
}


class Reader:
    """What one function shows, and whether each part is ours; a name stands for everything that is assigned to it in the function."""

    def __init__(self, module: ast.Module) -> None:
        self.module = module
        self.imported = {
            (alias.asname or alias.name).split(".")[0] for node in ast.walk(module) if isinstance(node, ast.Import | ast.ImportFrom)
            for alias in node.names
        } - {"st"}
        self.constants = {
            target.id: node.value for node in module.body if isinstance(node, ast.Assign)
            for target in node.targets if isinstance(target, ast.Name)
        }

    def foreign(self) -> Iterator[str]:
        """Every expression that reaches markdown and is not known to be ours."""
        functions: list[ast.AST] = [node for node in ast.walk(self.module) if isinstance(node, ast.FunctionDef)]
        script = ast.Module([node for node in self.module.body if not isinstance(node, ast.FunctionDef)], [])
        for function in (*functions, script):
            known = self._assigned(function)
            for node in ast.walk(function):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and self._is_markdown(node.func):
                    yield from (ast.unparse(part) for part in self._parts(node, node.func.attr) if not self.is_ours(part, known))

    def _is_markdown(self, called: ast.Attribute) -> bool:
        base = called.value
        while isinstance(base, ast.Attribute | ast.Call | ast.Subscript):
            base = base.func if isinstance(base, ast.Call) else base.value
        return called.attr in MARKDOWN and isinstance(base, ast.Name) and base.id not in self.imported and base.id != "self"

    def _parts(self, call: ast.Call, name: str) -> Iterator[ast.expr]:
        first = call.args[:1] if name not in DATA_FIRST else []
        yield from (part.value if isinstance(part, ast.Starred) else part for part in first)
        for keyword in call.keywords:
            if keyword.arg in BY_NAME or (name in OPTIONS and keyword.arg == "format_func"):
                yield keyword.value

    def _assigned(self, function: ast.AST) -> dict[str, list[ast.expr]]:
        found: dict[str, list[ast.expr]] = {name: [value] for name, value in self.constants.items()}
        for node in ast.walk(function):
            if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign | ast.NamedExpr) and node.value is not None:
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                for target in targets:
                    if isinstance(target, ast.Name):
                        found.setdefault(target.id, []).append(node.value)
                    elif isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                        for name, value in zip(target.elts, node.value.elts, strict=True):
                            if isinstance(name, ast.Name):
                                found.setdefault(name.id, []).append(value)
        return found

    def is_ours(self, node: ast.expr | None, known: dict[str, list[ast.expr]]) -> bool:
        """Whether an expression is made of our own words, numbers and escaped text alone."""
        match node:
            case None | ast.Constant():
                return True
            case ast.JoinedStr():
                return all(self.is_ours(part.value, known) for part in node.values if isinstance(part, ast.FormattedValue))
            case ast.IfExp():
                return self.is_ours(node.body, known) and self.is_ours(node.orelse, known)
            case ast.BoolOp():
                return all(self.is_ours(part, known) for part in node.values)
            case ast.BinOp():
                return self.is_ours(node.left, known) and self.is_ours(node.right, known)
            case ast.List() | ast.Tuple():
                return all(self.is_ours(part, known) for part in node.elts)
            case ast.GeneratorExp() | ast.ListComp():
                return self.is_ours(node.elt, known)
            case ast.Name() if CURRENCY.search(node.id) or (node.id.isupper() and node.id not in known):
                return True  # three capitals, seen at import; a constant of another module
            case ast.Name():
                without = {name: values for name, values in known.items() if name != node.id}
                return bool(known.get(node.id)) and all(self.is_ours(value, without) for value in known[node.id])
            case ast.Lambda():
                return self.is_ours(node.body, known)
            case ast.Attribute() | ast.Subscript() if CURRENCY.search(ast.unparse(node)) or TABLES.match(ast.unparse(node)):
                return True
            case ast.Call():
                return self._is_ours_called(node, known)
            case _:
                return False

    def _is_ours_called(self, call: ast.Call, known: dict[str, list[ast.expr]]) -> bool:
        name = ast.unparse(call.func)
        last = call.func.attr if isinstance(call.func, ast.Attribute) else name
        if name == "labels.title" and "stage" in ast.unparse(call.args[0]):
            return False  # a policy's author names its stages
        if name in ESCAPES or name in OWN_WORDS or last in TRANSLATIONS or last in NUMBERS:
            return True
        if last == "format" and isinstance(call.func, ast.Attribute):
            values = [*call.args, *(keyword.value for keyword in call.keywords)]
            return self.is_ours(call.func.value, known) and all(self.is_ours(value, known) for value in values)
        if last == "join" and isinstance(call.func, ast.Attribute):
            return self.is_ours(call.func.value, known) and all(self.is_ours(value, known) for value in call.args)
        return False


def shown(path: Path) -> set[tuple[str, str]]:
    return {(place(path), text) for text in Reader(tree(path)).foreign()}


@pytest.mark.parametrize("path", screen_files(), ids=place)
def test_what_becomes_markdown_is_ours_or_escaped(path: Path) -> None:
    assert not {text for _, text in shown(path) if (place(path), text) not in ALLOWED}


def test_whoever_is_named_above_is_still_there() -> None:
    found = {one for path in screen_files() for one in shown(path)}
    assert set(ALLOWED) <= found


@pytest.mark.parametrize("source", [
    "st.markdown(row['customer_name'])", "st.error(f'{name} is gone')", "st.button(case.title)", "st.write(str(error))",
    "st.caption(translate('{who}').format(who=who))", "st.badge(labels.title(row['stage'], language))", "st.toast(reason)",
    "place.warning(text)", "st.popover('x').info(name)", "st.pills('x', names, format_func=lambda one: names[one])",
    "st.metric('x', 1, help=name)", "st.page_link(path, label=name)", "left, right = st.columns(2)\nleft.subheader(name)",
    "said = 'x'\nsaid = name\nst.success(said)", "st.tabs([name])",
])
def test_the_search_finds_text_of_others(source: str) -> None:
    assert list(Reader(ast.parse(source)).foreign())


@pytest.mark.parametrize("source", [
    "st.markdown(words.plain(name))", "st.text(name)", "st.code(name)", "st.error(translate('{who}').format(who=words.plain(who)))",
    "said = translate('a') if x else 'b'\nst.info(said)", "st.caption(language.amount(value, currency))",
    "from clearaccounts.ui import tables\ntables.write(name)",
])
def test_the_search_lets_our_own_words_pass(source: str) -> None:
    assert not list(Reader(ast.parse(source)).foreign())


# Ways out of the page's own frame: a component draws what it likes, and reached the page around it when it was tried.
HATCHES = re.compile(r"^(?:components\.(?:v1|v2)\b.*|.*\.(?:iframe|declare_component|bidi_component|component))$")
HTML_OWNERS = {
    _UI + "remembered.py": "an invisible picture of our own address, see there",
    _UI + "sign_in.py": "another, whose address carries where the sign-in leads: quoted and escaped",
}


@pytest.mark.parametrize("path", product_files(), ids=place)
def test_no_file_opens_a_way_round_the_markup(path: Path) -> None:
    """No `st.html` but two, no component, no HTML let through by an argument (by name, by position of a value, or in a dictionary)."""
    nodes = list(ast.walk(tree(path)))
    called = [ast.unparse(node.func) for node in nodes if isinstance(node, ast.Call)]
    raw = [name for name in called if name.endswith(".html") and place(path) not in HTML_OWNERS]
    hatches = [name for name in called if HATCHES.match(name)]
    let_through = [
        node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)
        and re.fullmatch(r"unsafe_allow_(?:html|javascript)|allow_html", node.value)
    ] + [keyword.arg for node in nodes if isinstance(node, ast.Call) for keyword in node.keywords if "allow_html" in (keyword.arg or "")]
    assert not raw and not hatches and not let_through


def test_figures_take_the_words_of_others_through_one_function() -> None:
    """Plotly draws `<b>` and follows `<a href>` in every text: what a chart is given of names goes through `as_label`."""
    named = re.compile(r"(?:row\[['\"]\w*name['\"]\]|\b(?:bar|one|row)\.(?:label|name|title)\b|\bnames?\b)")
    loose = []
    for path in sorted((Path(screen_files()[0]).parents[1] / "clearaccounts" / "ui").glob("charts*.py")):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.keyword) and node.arg in {"text", "hovertext", "ticktext", "y", "x"}:
                texts = [part for part in ast.walk(node.value) if isinstance(part, ast.ListComp)]
                loose += [
                    f"{place(path)}:{part.lineno}" for part in texts
                    if named.search(ast.unparse(part.elt)) and "as_label" not in ast.unparse(part.elt)
                ]
    assert not loose
