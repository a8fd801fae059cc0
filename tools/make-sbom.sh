#!/bin/sh
# Writes RegLite's bill of materials (CycloneDX) to the file $2 with the Python $1; the same bytes
# every time. Further arguments go to cyclonedx-py.
set -eu
python=$1
out=$2
shift 2

version=$("$python" -c 'import reglite; print(reglite.__version__)')
# cyclonedx-py knows static versions only; ours stands in the package.
sed "s/^dynamic = .*/version = \"$version\"/" pyproject.toml |
    "$python" -m cyclonedx_py requirements requirements.lock --pyproject /dev/stdin \
        --output-reproducible --output-format JSON --output-file "$out" "$@"
