import base64
import gzip
import json
import random
from typing import Any

import pytest

from reglite.api.response.oversize import BALANCER_BYTES, LAMBDA_BYTES, fit_answer

V2 = {"version": "2.0", "headers": {"Accept-Encoding": "br, gzip"}, "requestContext": {}}
ALB = {
    "requestContext": {"elb": {}},
    "multiValueHeaders": {"accept-encoding": ["gzip"]},
}
REST = {"headers": {"Accept-Encoding": "gzip"}, "requestContext": {"stage": "production"}}


def make_answer(body: str, **fields: Any) -> dict[str, Any]:
    headers = {"content-type": "text/plain", "etag": '"x"', "content-length": "1"}
    return {"statusCode": 200, "body": body, "headers": headers, "isBase64Encoded": False} | fields


@pytest.mark.parametrize("event", [V2, ALB, REST])
def test_small_answers_pass_as_they_are(event: dict[str, Any]) -> None:
    answer = make_answer("small" * 1000)

    assert fit_answer(event, answer) is answer


def test_escapes_count_towards_the_limit() -> None:
    text = '"' * (LAMBDA_BYTES * 2 // 3)

    assert fit_answer(V2, make_answer(text))["isBase64Encoded"] is True
    assert fit_answer(V2, make_answer("a" * len(text)))["isBase64Encoded"] is False


def test_large_answer_is_compressed_and_says_so() -> None:
    text = "é" * LAMBDA_BYTES

    answer = fit_answer(V2, make_answer(text))

    assert gzip.decompress(base64.b64decode(answer["body"])).decode() == text
    assert answer["headers"] == {"content-type": "text/plain", "content-encoding": "gzip"}


def test_load_balancer_takes_less_and_has_lists_of_headers() -> None:
    text = "a" * (BALANCER_BYTES + 1)
    answer = make_answer(text, headers=None, multiValueHeaders={"content-type": ["text/plain"]})

    fitted = fit_answer(ALB, answer)

    assert fitted["multiValueHeaders"]["content-encoding"] == ["gzip"]
    assert gzip.decompress(base64.b64decode(fitted["body"])) == text.encode()


@pytest.mark.parametrize("event", [{"version": "2.0", "headers": {}}, REST])
def test_what_cannot_be_compressed_is_an_error_in_the_apis_shape(event: dict[str, Any]) -> None:
    answer = fit_answer(event, make_answer("a" * LAMBDA_BYTES))

    (error,) = json.loads(answer["body"])["errors"]
    assert answer["statusCode"] == 400
    assert answer["headers"] == {"content-type": "application/json"}
    assert error["code"] == "BAD_REQUEST"
    assert "Accept-Encoding: gzip" in error["message"]


def test_what_compression_does_not_make_small_enough_is_refused() -> None:
    text = random.Random(1).randbytes(6 * 1024 * 1024).hex()

    assert fit_answer(V2, make_answer(text))["statusCode"] == 400
