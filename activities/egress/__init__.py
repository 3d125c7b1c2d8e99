"""The only way to the network: a forward proxy inside the worker, for browsers and HTTP clients.

The proxy resolves names itself. It refuses addresses that may not be reached, and it connects to
exactly the address that it has checked. Each item has an egress session with a budget of bytes.

Open `gateway` first, then `session`. From there a request goes this way:

- `connection` reads the request, authenticates its client and dispatches it;
- `target` and `http_stream` parse what the client says;
- `tunnel` serves `CONNECT`, `forwarder` serves plain HTTP, `responder` serves refusals;
- `server_stream` reads what servers say, `response_head` and `chunks` as leniently as browsers do;
- `dialer` resolves, checks and connects, through one of the `exits`;
- `upstream` is the exit through a proxy, with which it talks by `http_proxy` or `socks5`;
- `routes` chooses the exit of an item: `suspects` says which exits are to blame, `exit_health` when
  an exit rests, `answer_watch` whether anything comes through it;
- `refusal` and `exit_errors` say why there is no connection;
- `traffic` counts what items take through proxy exits, and limits it; `exit_counts` what exits did.

This package imports `domain` and `activities.abort` only.
"""
