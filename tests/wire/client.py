"""A browser's half of the conversation with the dashboard, without a browser: HTTP, and Streamlit's messages over the websocket.

A `Caller` is somebody with a jar of cookies; a `Tab` is one open connection of theirs. Everything that a browser would send by
itself (the token against cross-site requests, the Origin, the state of widgets) can be left out or forged here. Every frame that
the server sent is kept as it came, so that a test can say what did not reach the other side.
"""

from __future__ import annotations

import re
import ssl
import time
from collections.abc import Iterable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
from google.protobuf.message import Message  # type: ignore[import-untyped]
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import FileURLs
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.web.server.starlette.starlette_app_utils import generate_xsrf_token_string
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

SECONDS = 60
XSRF = "_streamlit_xsrf"
USER = "_streamlit_user"
# What Streamlit's own front end sends while it has no token.
NO_TOKEN = "PLACEHOLDER_AUTH_TOKEN"
# Made once: a client that makes its own reads all certificates of the machine each time, for addresses that have none.
_TLS = ssl.create_default_context()


def cookie_header(cookies: Mapping[str, str]) -> str:
    """The Cookie header that holds these."""
    return "; ".join(f"{name}={value}" for name, value in cookies.items())


class Caller:
    """Somebody outside: one jar of cookies, as a browser keeps it.

    `headers` go along with every request and every connection. `cookies` are a plain table of names and values: change them to
    forge, cut or steal. `trust` says whose certificates are believed.
    """

    def __init__(
        self, url: str, cookies: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None,
        trust: ssl.SSLContext = _TLS,
    ) -> None:
        self.url = url.rstrip("/")
        self.trust = trust
        self.cookies: dict[str, str] = dict(cookies or {})
        self.headers: dict[str, str] = dict(headers or {})

    def twin(self) -> Caller:
        """Somebody with a copy of all these cookies: a thief, or the same person later."""
        return Caller(self.url, self.cookies, self.headers, self.trust)

    def request(self, method: str, address: str, headers: Mapping[str, str] | None = None, **more: Any) -> httpx.Response:
        """One request, no redirect followed; cookies for this dashboard are kept or dropped as the answer says."""
        whole = address if "://" in address else f"{self.url}/{address.lstrip('/')}"
        is_here = urlsplit(whole).netloc == urlsplit(self.url).netloc
        sent = {**self.headers, **(headers or {})}
        if is_here and self.cookies and "cookie" not in {name.lower() for name in sent}:
            sent["cookie"] = cookie_header(self.cookies)
        with httpx.Client(timeout=SECONDS, trust_env=False, verify=self.trust) as client:
            answer = client.request(method, whole, headers=sent, **more)
        if is_here:
            self._keep(answer)
        return answer

    def get(self, address: str, **more: Any) -> httpx.Response:
        """GET an address of this dashboard, a download's for instance."""
        return self.request("GET", address, **more)

    def _keep(self, answer: httpx.Response) -> None:
        for line in answer.headers.get_list("set-cookie"):
            name, _, rest = line.partition("=")
            value, _, attributes = rest.partition(";")
            if re.search(r"max-age=0\b|expires=thu, 01 jan 1970", attributes, re.IGNORECASE):
                self.cookies.pop(name.strip(), None)
            else:
                self.cookies[name.strip()] = value.strip().strip('"')

    def follow(self, address: str, login_hint: str = "", most: int = 12) -> list[httpx.Response]:
        """GET an address and whatever it leads to, here and at the identity provider, where `login_hint` says who it is."""
        answers: list[httpx.Response] = []
        for _ in range(most):
            if login_hint and urlsplit(address).path.endswith("/authorize"):
                address += f"&{urlencode({'login_hint': login_hint})}"
            answers.append(self.get(address))
            if not answers[-1].is_redirect:
                return answers
            address = str(httpx.URL(str(answers[-1].request.url)).join(answers[-1].headers["location"]))
        raise AssertionError(f"no end of redirects: {[str(one.request.url) for one in answers]}")

    def greet(self) -> None:
        """Fetch the token against cross-site requests, as the front end does before it connects."""
        self.get("_stcore/health")

    def open(
        self, page: str = "", query: str = "", *, origin: str | None = "", xsrf: str | None = "", session: str = "",
        headers: Iterable[tuple[str, str]] = (), run: bool = True, locale: str = "en-GB",
    ) -> Tab:
        """Connect and, with `run`, ask for a page.

        `origin`: empty is the dashboard's own, None sends none. `xsrf`: empty is the cookie's own token, None sends none.
        `session`: the id of a session to be continued. `headers` are added to those of the caller; one may come twice.

        Raises:
            websockets.exceptions.InvalidStatus: the server refused the connection.
        """
        if xsrf == "" and XSRF not in self.cookies:
            self.greet()
        token = self.cookies.get(XSRF, "") if xsrf == "" else xsrf
        protocols = ["streamlit", token or NO_TOKEN, *([session] if session else [])]
        more = [*self.headers.items(), *headers]
        if self.cookies:
            more.append(("Cookie", cookie_header(self.cookies)))
        line = ExitStack()
        socket = line.enter_context(connect(
            f"ws{self.url.removeprefix('http')}/_stcore/stream", additional_headers=more, subprotocols=protocols,  # type: ignore[arg-type]
            origin=(self.url if origin == "" else origin), max_size=None, open_timeout=SECONDS, proxy=None,  # type: ignore[arg-type]
            ssl=self.trust if self.url.startswith("https") else None,
        ))
        tab = Tab(self, socket, line, locale)
        if run:
            tab.run(page, query)
        return tab

    def sign_in_demo(self, role: str) -> Tab:
        """Sign in as demo mode's person of a role (`sales_agent`, ...) and stay on the page; the jar remembers them."""
        tab = self.open()
        tab.press(f"sign_in_{role}")
        tab.fetch_pictures()
        return tab

    def sign_in(self, login_hint: str, page: str = "", query: str = "") -> list[httpx.Response]:
        """Sign in at the identity provider as the person of that e-mail or object id: the way of a browser, from the sign-in page.

        Whether it worked shows in the jar (`_streamlit_user`) and on the next tab; the answers on the way are returned.
        """
        with self.open(page, query) as tab:
            tab.fetch_pictures()
            tab.press("sign_in_directory")
            assert tab.leads_to, f"the button leads nowhere:\n{tab.text()}"
            return self.follow(tab.leads_to, login_hint)

    @property
    def has_identity(self) -> bool:
        """Whether the jar holds a cookie of a signed-in person."""
        return USER in self.cookies


def forged_xsrf() -> str:
    """A token that fits itself: to be set as the cookie, too."""
    return generate_xsrf_token_string()


@dataclass
class Node:
    """One element or block on the page: its kind (`button`, `text_input`, `dialog`, ...), its message, the id under which its value
    is sent (empty for what takes none), and the fragment that it stands in.
    """

    kind: str
    proto: Any
    widget_id: str = ""
    fragment: str = ""

    @property
    def key(self) -> str:
        """The key that the page gave it, or empty."""
        found = re.fullmatch(r"\$\$ID-[0-9a-f]+-(.*)", self.widget_id, re.DOTALL)
        return self.widget_id if found is None else found[1] if found[1] != "None" else ""


@dataclass
class Tab:
    """One open connection: the page as the server has described it, and every frame that came.

    `frames` are all frames since the connection opened; `last` those of the newest run. `session_id` is what a browser would
    present to continue this session.
    """

    caller: Caller
    socket: ClientConnection
    line: ExitStack
    locale: str = "en-GB"
    frames: list[bytes] = field(default_factory=list)
    last: list[bytes] = field(default_factory=list)
    nodes: dict[tuple[int, ...], Node] = field(default_factory=dict)
    values: dict[str, WidgetState] = field(default_factory=dict)
    pages: dict[str, str] = field(default_factory=dict)
    session_id: str = ""
    page: str = ""
    query: str = ""
    leads_to: str = ""
    _page_hash: str = ""

    def __enter__(self) -> Tab:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Hang up, as closing the tab does."""
        with suppress(ConnectionClosed):
            self.line.close()

    # What is sent.

    def run(self, page: str | None = None, query: str | None = None, states: Iterable[WidgetState] = (), fragment: str = "") -> Tab:
        """Ask for a run and wait until the script is done; a page's address is its last part (`""`: the front door).

        With `states` alone the page stays; a page is a click in the menu of the same tab, and forgets the values that were set. An
        address typed anew is a tab of its own: `Caller.open`.
        """
        if page is not None or query is not None:
            self.page, self.query = page or "", query or ""
            self.values.clear()
            self._page_hash = ""
        message = BackMsg()
        asked = message.rerun_script
        asked.query_string = self.query
        if self._page_hash:
            asked.page_script_hash = self._page_hash
        else:
            asked.page_name = self.page
        asked.fragment_id = fragment
        asked.widget_states.widgets.extend([*self.values.values(), *states])
        asked.context_info.timezone = "Europe/Madrid"
        asked.context_info.timezone_offset = -60
        asked.context_info.locale = self.locale
        asked.context_info.url = f"{self.caller.url}/{self.page}" + (f"?{self.query}" if self.query else "")
        return self.send(message)

    def send(self, message: BackMsg) -> Tab:
        """Send any message and wait until a script run has ended."""
        self.last = []
        self.socket.send(message.SerializeToString())
        self._listen()
        return self

    def send_raw(self, frame: bytes | str) -> None:
        """Send any frame at all, and wait for nothing."""
        self.socket.send(frame)

    def press(self, key: str, **values: Any) -> Tab:
        """Press the button of that key, with other widgets set first: `press("save", reason="late")`."""
        for name, value in values.items():
            self.fill(name, value)
        node = self.node(key)
        return self.trigger(node.widget_id, node.fragment)

    def trigger(self, widget_id: str, fragment: str = "") -> Tab:
        """Say that a button was pressed, whether it is there or not."""
        return self.run(states=[WidgetState(id=widget_id, trigger_value=True)], fragment=fragment)

    def fill(self, key: str, value: Any) -> None:
        """Set a widget's value; it goes along with the next run. Choices are set by their text."""
        node = self.node(key)
        self.values[node.widget_id] = state_of(node, value)

    def change(self, key: str, value: Any) -> Tab:
        """Set a widget's value and let the script run."""
        self.fill(key, value)
        return self.run(fragment=self.node(key).fragment)

    def upload(self, key: str, name: str, content: bytes, token: str | None = "") -> httpx.Response:
        """Upload a file to the uploader of that key, and let the script run if the server took it.

        `token`: empty is the cookie's own, None sends none.
        """
        address = self.upload_address(name)
        answer = self.put(address.upload_url, name, content, token)
        if answer.is_success:
            node = self.node(key)
            state = WidgetState(id=node.widget_id)
            info = state.file_uploader_state_value.uploaded_file_info.add()
            info.file_id, info.name, info.size = address.file_id, name, len(content)
            info.file_urls.CopyFrom(address)
            self.values[node.widget_id] = state
            self.run(fragment=node.fragment)
        return answer

    def upload_address(self, name: str, session_id: str = "") -> FileURLs:
        """Where a file may be put; asked over the connection."""
        message = BackMsg()
        message.file_urls_request.request_id = "r"
        message.file_urls_request.file_names.append(name)
        message.file_urls_request.session_id = session_id or self.session_id
        self.socket.send(message.SerializeToString())
        found = self._until(lambda one: one.WhichOneof("type") == "file_urls_response").file_urls_response
        assert found.file_urls, found.error_msg
        address: FileURLs = found.file_urls[0]
        return address

    def put(self, address: str, name: str, content: bytes, token: str | None = "") -> httpx.Response:
        """PUT a file where uploads go."""
        sent = self.caller.cookies.get(XSRF, "") if token == "" else token
        headers = {"origin": self.caller.url} | ({"x-xsrftoken": sent} if sent else {})
        return self.caller.request("PUT", address, headers=headers, files={name: (name, content)})

    def deferred(self, file_id: str) -> str:
        """The address of a file that is made only when it is asked for."""
        message = BackMsg()
        message.backend_operation_request.request_id = "d"
        message.backend_operation_request.session_id = self.session_id
        message.backend_operation_request.deferred_file.file_id = file_id
        self.socket.send(message.SerializeToString())
        answer = self._until(lambda one: one.WhichOneof("type") == "backend_operation_response").backend_operation_response
        assert not answer.error_msg, answer.error_msg
        return answer.deferred_file.url

    def download(self, key: str) -> httpx.Response:
        """Fetch the file of the download button of that key, with the caller's cookies."""
        button = self.node(key).proto
        address = self.deferred(button.deferred_file_id) if button.deferred_file_id else button.url
        return self.caller.get(address)

    def fetch_pictures(self) -> list[httpx.Response]:
        """Fetch the page's pictures of this dashboard's own, as a browser does: some of them set cookies."""
        found = [match for node in self.nodes.values() if node.kind == "html" for match in re.findall(r'src="(/[^"]+)"', node.proto.body)]
        return [self.caller.get(address.replace("&amp;", "&")) for address in found]

    # What came.

    def node(self, key: str) -> Node:
        """The widget of that key on the page, or an AssertionError that names those there are."""
        found = next((node for node in self.nodes.values() if node.key == key), None)
        assert found is not None, f"no widget {key!r}; there are {sorted(self.keys())}\n{self.text()}"
        return found

    def has(self, key: str) -> bool:
        """Whether a widget of that key is on the page."""
        return key in self.keys()

    def keys(self) -> set[str]:
        """The keys of all widgets on the page."""
        return {node.key for node in self.nodes.values() if node.key}

    def of_kind(self, kind: str) -> list[Node]:
        """Everything of one kind on the page, in its order: `button`, `markdown`, `arrow_data_frame`, `dialog`, ..."""
        return [self.nodes[path] for path in sorted(self.nodes) if self.nodes[path].kind == kind]

    def text(self) -> str:
        """Every text of the page, one a line: labels, headings, values, options; cells of tables are in the frames only."""
        found: list[str] = []
        for path in sorted(self.nodes):
            _texts(self.nodes[path].proto, found)
        return "\n".join(found)

    def was_sent(self, word: str) -> bool:
        """Whether the server has sent `word` over this connection at all, shown or not."""
        return any(word.encode() in frame for frame in self.frames)

    @property
    def is_open(self) -> bool:
        """Whether the connection still stands, as far as this side knows."""
        return self.socket.close_code is None

    def _until(self, is_it: Any) -> ForwardMsg:
        deadline = time.monotonic() + SECONDS
        while True:
            frame = self.socket.recv(timeout=max(0.1, deadline - time.monotonic()), decode=False)
            assert isinstance(frame, bytes)
            self.frames.append(frame)
            self.last.append(frame)
            message = ForwardMsg()
            message.ParseFromString(frame)
            self._take(message)
            if is_it(message):
                return message

    def _listen(self) -> None:
        """Take messages in until a run has ended that no other follows."""
        cut_short = ForwardMsg.FINISHED_EARLY_FOR_RERUN

        def is_end(message: ForwardMsg) -> bool:
            return message.WhichOneof("type") == "script_finished" and message.script_finished != cut_short

        self._until(is_end)

    def _take(self, message: ForwardMsg) -> None:
        match message.WhichOneof("type"):
            case "new_session":
                self.session_id = message.new_session.initialize.session_id
                rerun = set(message.metadata.run.fragment_ids)
                self.leads_to = ""
                self.nodes = {path: node for path, node in self.nodes.items() if rerun and node.fragment not in rerun}
            case "navigation":
                self.pages = {page.url_pathname: page.page_script_hash for page in message.navigation.app_pages}
                self._page_hash = message.navigation.page_script_hash
                self.page = next((name for name, there in self.pages.items() if there == self._page_hash), self.page)
            case "page_info_changed":
                self.query = message.page_info_changed.query_string
            case "auth_redirect":
                address = message.auth_redirect.url
                self.leads_to = address if "://" in address else f"{self.caller.url}{address}"
            case "delta":
                self._draw(tuple(message.metadata.delta_path), message)

    def _draw(self, path: tuple[int, ...], message: ForwardMsg) -> None:
        delta = message.delta
        kind: str
        if delta.WhichOneof("type") == "new_element":
            for below in [there for there in self.nodes if there[:len(path)] == path]:
                del self.nodes[below]
            kind = delta.new_element.WhichOneof("type") or "empty"
            proto = getattr(delta.new_element, kind, None)
            widget_id = str(getattr(proto, "id", ""))
        elif delta.WhichOneof("type") == "add_block":
            kind = delta.add_block.WhichOneof("type") or "block"
            proto = getattr(delta.add_block, kind, None)
            widget_id = str(getattr(proto, "id", "")) or delta.add_block.id
        else:
            return
        self.nodes[path] = Node(kind, proto, widget_id, delta.fragment_id)


def _texts(message: Any, found: list[str]) -> None:
    if isinstance(message, str):
        if message and not message.startswith("$$ID-"):
            found.append(message)
    elif isinstance(message, Message):
        for _, value in message.ListFields():
            _texts(value, found)
    elif isinstance(message, Iterable) and not isinstance(message, bytes):
        for one in message:
            _texts(one, found)


def state_of(node: Node, value: Any) -> WidgetState:
    """What a browser would send for a widget that holds `value`: the kind of the element says in which field.

    A choice's value is its text, as the server offered it; what it did not offer is sent all the same.
    """
    state = WidgetState(id=node.widget_id)
    match node.kind:
        case "text_input" | "text_area" | "selectbox" | "radio" | "color_picker" | "tab_container":
            state.string_value = value
        case "checkbox" | "popover" | "expandable":
            state.bool_value = bool(value)
        case "number_input":
            state.double_value = float(value)
        case "multiselect" | "date_input" | "button_group":
            state.string_array_value.data.extend([value] if isinstance(value, str) else list(value))
        case "slider":
            state.double_array_value.data.extend([value] if isinstance(value, int | float) else list(value))
        case "pagination":
            state.int_value = int(value)
        case "dataframe" | "plotly_chart":
            state.string_value = value
        case _:
            raise AssertionError(f"no value is known for a {node.kind}")
    return state
