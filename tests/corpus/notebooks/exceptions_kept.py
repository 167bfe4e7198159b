# Exceptions kept and shown later
# found: 8 tasks, 6 wide
# %%
import traceback
import sys
# %%
def fail(n):
    raise ValueError(f"bad {n}")
# %%
try:
    try:
        fail(1)
    except ValueError as e:
        raise KeyError("outer") from e
except KeyError as e:
    saved = e
# %%
print(repr(saved), repr(saved.__cause__))
# %%
print(saved.__traceback__ is not None)
# %%
errors = []
for n in range(2):
    try:
        fail(n)
    except ValueError as e:
        errors.append(e)
# %%
print([str(e) for e in errors])
# %%
print(all(e.__traceback__ is not None for e in errors))
# %%
try:
    raise errors[0]
except ValueError as e:
    print("again", e)
# %%
class AppError(Exception):
    def __init__(self, code, message):
        super().__init__(message)
        self.code = code
# %%
try:
    raise AppError(5, "no")
except AppError as e:
    kept = e
# %%
print(kept.code, kept)
# %%
kept.add_note("a note") if hasattr(kept, "add_note") else None
# %%
print(getattr(kept, "__notes__", None))
# %%
try:
    1 / 0
except ZeroDivisionError:
    info = sys.exc_info()
# %%
print(info[0].__name__, info[2] is not None)
