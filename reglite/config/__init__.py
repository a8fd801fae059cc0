"""How configuration is written: YAML, places in it, ``${VAR}``, globs, URLs. Pure."""
