// `swlist -l depot` and `-l root`: the registered places of this host (commands.md 12.8).
