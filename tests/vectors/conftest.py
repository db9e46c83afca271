"""Nothing below this folder is a test; the tests beside it read it."""

collect_ignore_glob = ["*"]
