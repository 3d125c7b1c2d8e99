"""The development stack: the whole service on one machine, for `make up`, `make demo` and tests.

Production uses nothing of this package. It may import every other package, but it runs the API
and the worker as programs only.

Open `stack` first: it has the parts and the order in which they start and stop. `supervisor`
keeps one part running. `temporal`, `seaweedfs` and `application` describe the parts. `__main__`
has the commands.
"""
