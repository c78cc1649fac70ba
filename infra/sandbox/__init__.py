"""Stand-ins for every provider that TinDan talks to, in one process of their own.

An SMTP sink, Firebase Cloud Messaging (HTTP v1), a VNeID-like OpenID provider and the citizen's app. What
arrives is kept in an outbox that can be read over HTTP, and each channel fails on command by a script of
faults. For development, tests and benchmarks only: it trusts everybody who reaches it.

No package of TinDan imports this one, and this one imports none of them: they meet over sockets.
"""
