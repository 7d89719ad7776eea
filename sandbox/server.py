"""The HTTP server process: start, ready line, clean end."""

from __future__ import annotations

import logging
import signal
import socket
import sys
import threading
from types import FrameType
from typing import TYPE_CHECKING

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from .application import create_application
from .contract import Contract
from .errors import UsageError
from .options import Options
from .simulation.progress import catch_up
from .state import Sandbox

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_logger = logging.getLogger("sandbox")
_SECONDS_BETWEEN_TICKS = 1.0
_SECONDS_OF_SILENCE = 120


class _Handler(WSGIRequestHandler):
    """Speaks HTTP/1.1, a connection for each call; requests are in the log of calls alone."""

    protocol_version = "HTTP/1.1"
    # Head and body of an answer are written apart; together with delayed acknowledgements each
    # answer would otherwise take 40 ms.
    disable_nagle_algorithm = True
    timeout = _SECONDS_OF_SILENCE
    underscored_headers: frozenset[str] = frozenset()

    def make_environ(self) -> WSGIEnvironment:
        """The environment with the headers that Werkzeug leaves out for the `_` in their names."""
        environ = super().make_environ()
        for name in self.underscored_headers:
            key = f"HTTP_{name.upper()}"
            environ.pop(key, None)
            if name in self.headers:
                environ[key] = self.headers[name]
        return environ

    def log(self, type: str, message: str, *args: object) -> None:
        """Nothing: paths and addresses don't belong in the output."""

    def version_string(self) -> str:
        """The name in the Server header."""
        return "campaign-master-sandbox"


def run(options: Options) -> None:
    """Serve until SIGTERM, SIGINT or the end of input. Raises UsageError if that can't start."""
    sandbox = Sandbox(options.setup)
    try:
        server = _listen(options, sandbox)
        stop = threading.Event()
        _stop_on_signals(stop)
        if options.stop_at_end_of_input:
            _start(_wait_for_end_of_input, stop)
        _start(_let_time_pass, sandbox, stop)
        _start(server.serve_forever, 0.1)
        print(f"Campaign Master sandbox is ready: {_address(server)}", flush=True)
        stop.wait()
        server.shutdown()
    finally:
        sandbox.close()


def _listen(options: Options, sandbox: Sandbox) -> BaseWSGIServer:
    application = create_application(sandbox, allow_remote=options.allow_remote)
    try:
        listener = socket.create_server(
            (options.host, options.port),
            family=socket.AF_INET6 if ":" in options.host else socket.AF_INET,
            backlog=128,
        )
    except OSError as error:
        raise UsageError(
            f"Port {options.port} on {options.host} can't be used: {error.strerror or error}."
        ) from error
    host, port = listener.getsockname()[:2]
    server = make_server(
        host,
        port,
        application,
        threaded=True,
        request_handler=_handler(sandbox.contract),
        fd=listener.fileno(),
    )
    listener.close()  # the server has its own handle of it
    return server


def _handler(contract: Contract) -> type[_Handler]:
    names = (
        parameter.name.lower()
        for operation in contract.operations.values()
        for parameter in operation.parameters
        if parameter.location == "header" and "_" in parameter.name
    )
    return type("Handler", (_Handler,), {"underscored_headers": frozenset(names)})


def _address(server: BaseWSGIServer) -> str:
    host = f"[{server.host}]" if ":" in server.host else server.host
    return f"http://{host}:{server.port}"


def _start(target: object, *arguments: object) -> None:
    threading.Thread(target=target, args=arguments, daemon=True).start()  # type: ignore[arg-type]


def _stop_on_signals(stop: threading.Event) -> None:
    def end(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)


def _wait_for_end_of_input(stop: threading.Event) -> None:
    while sys.stdin.read(1024):
        pass
    stop.set()


def _let_time_pass(sandbox: Sandbox, stop: threading.Event) -> None:
    """Let due events happen now and then, so that no call finds a day's worth of them."""
    while not stop.wait(_SECONDS_BETWEEN_TICKS):
        try:
            catch_up(sandbox.database, sandbox.clock.now())
        except Exception:
            _logger.exception("The simulation failed")
