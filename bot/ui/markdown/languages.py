"""The extension of a file, by the language that a code block names."""

from __future__ import annotations

WHOLE_NAMES = {"dockerfile": "Dockerfile", "docker": "Dockerfile", "makefile": "Makefile", "make": "Makefile"}
_NAMES = {
    "ada": "adb", "asm assembly nasm": "asm", "awk": "awk", "bash sh shell zsh console shellscript": "sh",
    "bat batch cmd": "bat", "c h": "c", "clojure clj": "clj", "cmake": "cmake", "cobol": "cob",
    "cpp c++ cxx hpp": "cpp", "crystal": "cr", "csharp c# cs": "cs", "css": "css", "csv": "csv", "cuda cu": "cu",
    "d": "d", "dart": "dart", "diff patch": "diff", "elixir ex": "ex", "elm": "elm", "erlang erl": "erl",
    "fortran f90": "f90", "fsharp f# fs": "fs", "gdscript gd": "gd", "glsl": "glsl", "go golang": "go",
    "graphql gql": "graphql", "groovy gradle": "groovy", "haskell hs": "hs", "hcl terraform tf": "tf",
    "html htm xhtml": "html", "ini cfg conf": "ini", "java": "java", "javascript js node mjs": "js", "json": "json",
    "jsonl ndjson": "jsonl", "jsx": "jsx", "julia jl": "jl", "kotlin kt kts": "kt", "latex tex": "tex",
    "less": "less", "lisp commonlisp cl": "lisp", "lua": "lua", "markdown md": "md", "matlab octave": "m",
    "nim": "nim", "nix": "nix", "objective-c objectivec objc": "m", "ocaml ml": "ml", "pascal delphi": "pas",
    "perl pl": "pl", "php": "php", "powershell ps1 pwsh ps": "ps1", "prolog": "pro", "proto protobuf": "proto",
    "python py python3 py3": "py", "r": "R", "racket rkt": "rkt", "ruby rb": "rb", "rust rs": "rs",
    "sass": "sass", "scala": "scala", "scheme scm": "scm", "scss": "scss", "solidity sol": "sol",
    "sql mysql postgresql postgres sqlite plsql": "sql", "svelte": "svelte", "svg": "svg", "swift": "swift",
    "tcl": "tcl", "toml": "toml", "tsx": "tsx", "typescript ts": "ts", "vb vbnet visualbasic": "vb",
    "verilog systemverilog": "v", "vhdl": "vhd", "vim viml vimscript": "vim", "vue": "vue", "wasm wat": "wat",
    "xml": "xml", "yaml yml": "yaml", "zig": "zig",
}  # fmt: skip
_EXTENSIONS = {name: extension for names, extension in _NAMES.items() for name in names.split()}


def extension_of(language: str) -> str:
    """Return the extension without its dot, "txt" for a language that is not known."""
    return _EXTENSIONS.get(language.lower(), "txt")
