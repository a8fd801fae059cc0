"""One module per endpoint: a router, its app and its AWS Lambda handler."""

from reglite.api.cold_start import begin

begin()
