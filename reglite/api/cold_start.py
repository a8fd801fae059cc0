"""No garbage collection between a Lambda's start and its first answer: a tenth of a cold start.

What is made until then, modules and models, stays for the life of the process. Elsewhere than on
Lambda nothing of this happens.
"""

import gc
import os


def begin() -> None:
    """Stop collecting, if this process is a Lambda's."""
    if "AWS_LAMBDA_RUNTIME_API" in os.environ:
        gc.disable()


def end() -> None:
    """Collect again from now on, but never look again at what is there already."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
