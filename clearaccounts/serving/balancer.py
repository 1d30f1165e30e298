"""An nginx before the app servers: whoever came to one comes to it again, and to another only when that one is gone.

What somebody has open, uploads and downloads is in the memory of one server. A cookie names it; it names no person, and whoever
changes it reaches another server that knows nothing of them. nginx listens on this machine alone, adds nothing about the visitor
and believes nothing: TLS and the way in are those of `docs/nginx.conf`, which stands before it as before a single server.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from clearaccounts.errors import ServingError
from clearaccounts.text import N_

COOKIE = "clearaccounts_server"
PROGRAM = "CLEARACCOUNTS_NGINX"

_TEMPLATE = """
{user}worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
# An entry for an answer that fails would hold the address, and so the customer that somebody looked at.
error_log stderr crit;

events {{
    worker_connections 4096;
}}

http {{
    server_tokens off;
    access_log off;
{places}

    # Who has no server yet goes to each in turn, and past one that does not answer.
    upstream anyone {{
{everybody}
        keepalive 16;
    }}
{homes}

    map $cookie_{cookie} $chosen {{
        default anyone;
{wanted}
    }}

    # The server that answered; of several that were tried, the last.
    map $upstream_addr $answered {{
        default "";
{answering}
    }}

    map "$cookie_{cookie}:$answered" $kept {{
        default "{cookie}=$answered; Path=/; HttpOnly; SameSite=Lax{secure}";
{known}
        "~:$" "";
    }}

    map $http_upgrade $connection_upgrade {{
        default upgrade;
        "" "";
    }}

    server {{
        listen 127.0.0.1:{port};
        add_header Set-Cookie $kept always;

        # The app's own limit is below; an upload is handed on as it comes, so that it is refused before it is read.
        client_max_body_size 21m;
        proxy_request_buffering off;
        large_client_header_buffers 4 16k;

        proxy_http_version 1.1;
        proxy_buffer_size 16k;
        proxy_buffers 8 16k;
        proxy_max_temp_file_size 0;
        proxy_connect_timeout 5s;
        # An open page speaks at least every 30 seconds.
        proxy_read_timeout 120s;
        proxy_send_timeout 120s;
        # To another server only if this one is gone; never because it is slow.
        proxy_next_upstream error;

        proxy_set_header Host $http_host;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connection_upgrade;

        error_page 502 503 504 =503 @away;
        location @away {{
            internal;
            default_type text/plain;
            return 503 "The dashboard does not answer at the moment; try again in a minute.";
        }}

        location / {{
            proxy_pass http://$chosen;
        }}
    }}
}}
"""


def program() -> str:
    """The nginx of this machine: the one that the environment names, or wherever it is found by name.

    Raises:
        ServingError: there is none.
    """
    places = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"))
    found = os.environ.get(PROGRAM) or shutil.which("nginx", path=places)
    if not found:
        raise ServingError(N_(
            "Several servers need nginx before them, and there is none here; install it, or name its program in {variable}."),
            variable=PROGRAM)
    return found


def configuration(folder: Path, port: int, servers: Sequence[int], *, is_https: bool, account: str = "") -> str:
    """What nginx goes by.

    Args:
        folder: where it may write.
        port: where it listens, on this machine.
        servers: the ports of the app servers, on this machine.
        is_https: whether people come over TLS, which ends before this.
        account: who its workers are, when it is started by root.
    """
    names = [str(number) for number in range(1, len(servers) + 1)]
    homes = [
        "\n".join((
            f"    upstream server_{name} {{", f"        server 127.0.0.1:{own} max_fails=0;",
            *(f"        server 127.0.0.1:{other} backup;" for other in servers if other != own), "        keepalive 16;", "    }"))
        for name, own in zip(names, servers, strict=True)
    ]
    spare = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    return _TEMPLATE.format(
        user=f"user {account};\n" if account else "", folder=folder, port=port, cookie=COOKIE, secure="; Secure" if is_https else "",
        places="\n".join(f"    {name}_temp_path {folder}/{name};" for name in spare),
        everybody="\n".join(f"        server 127.0.0.1:{one} fail_timeout=2s;" for one in servers),
        homes="\n".join(homes),
        wanted="\n".join(f'        "{name}" server_{name};' for name in names),
        answering="\n".join(f'        "~:{one}$" "{name}";' for name, one in zip(names, servers, strict=True)),
        known="\n".join(f'        "{name}:{name}" "";' for name in names),
    ).lstrip()
