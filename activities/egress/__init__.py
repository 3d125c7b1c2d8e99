"""The only way to the network: a forward proxy inside the worker, for browsers and HTTP clients.

The proxy resolves names itself. It refuses addresses that may not be reached, and it connects to
exactly the address that it has checked. Each item has an egress session with a budget of bytes.

Open `gateway` first, then `session`. From there a request goes this way:

- `connection` reads the request, authenticates its client and dispatches it;
- `target` and `http_stream` parse what the client says;
- `tunnel` serves `CONNECT`, `forwarder` serves plain HTTP, `responder` serves refusals;
- `server_stream` reads what servers say, `response_head` and `chunks` as leniently as browsers do;
- `dialer` resolves, checks and connects, through one of the `exits`;
- `routes` chooses the exit of an item, `refusal` says why there is no connection.

This package imports `domain` and `activities.abort` only.
"""
