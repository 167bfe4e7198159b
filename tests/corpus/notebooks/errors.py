# Exceptions of the notebook, retries, finally, notes.
# found: 4 tasks, 3 wide
# %%
class Flaky(Exception):
    def __init__(self, attempt):
        super().__init__(f"attempt {attempt}")
        self.attempt = attempt
# %%
attempts = 0
trail = []
# %%
def call():
    global attempts
    attempts += 1
    if attempts < 3:
        raise Flaky(attempts)
    return "ok"
# %%
while True:
    try:
        result = call()
    except Flaky as error:
        trail.append(error.attempt)
        continue
    else:
        trail.append("else")
        break
    finally:
        trail.append("finally")
# %%
print(result, attempts)
# %%
print(trail)
# %% tags=["raises-exception"]
value = len(trail)
undefined_thing
value = -1
# %%
print(value)
