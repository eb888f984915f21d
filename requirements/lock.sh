#!/bin/sh
# Pin every dependency by hash, for every Python from 3.11 on, without writing any index address.
set -eu
uv=${1:-uv}
cd "$(dirname "$0")/.."
pin() {
    out=$1
    shift
    "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
        --no-emit-find-links --no-annotate --custom-compile-command "make lock" --output-file "$out" "$@" pyproject.toml requirements/build.in
}
pin requirements/run.txt
pin requirements/media.txt --extra media
pin requirements/dev.txt --extra media --extra dev
