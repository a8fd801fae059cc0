"""What a Lambda leaves out until its first answer, each a tenth of a cold start.

Garbage collection: what is made until then, modules and models, stays for the life of the process.
And the schemas of FastAPI's OpenAPI models, which no function answers with. Elsewhere than on
Lambda nothing of this happens.
"""

import gc
import os


def begin() -> None:
    """Stop collecting and building schemas ahead, if this process is a Lambda's.

    To be called before FastAPI is imported. A model that is used gets its schema then.
    """
    if "AWS_LAMBDA_RUNTIME_API" in os.environ:
        from pydantic import BaseModel  # noqa: PLC0415 - nothing of it is needed elsewhere

        gc.disable()
        BaseModel.model_config["defer_build"] = True


def end() -> None:
    """Collect again from now on, but never look again at what is there already."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
