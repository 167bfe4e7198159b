# Match statements over parsed commands, with captures, guards and mappings.
# found: 7 tasks, 4 wide
# %%
commands = ["go north", "take key", "go", "drop sword now", {"say": "hello", "to": "bob"}, 42]
# %%
log = []
room = "hall"
# %%
for command in commands:
    match command.split() if isinstance(command, str) else command:
        case ["go", direction]:
            room = direction
        case ["take" | "get", item]:
            log.append(item)
        case ["drop", item, *rest] if rest:
            log.append(f"dropped {item} {len(rest)}")
        case {"say": text, **others}:
            log.append(f"{text} {others}")
        case int(number):
            log.append(number)
        case _:
            log.append("what?")
# %%
print(room)
# %%
print(log)
# %%
print(direction, item, rest, number)
# %%
lengths = [len(str(entry)) for entry in log]
lengths
