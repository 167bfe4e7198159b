# Logging and warnings, set up once and changed once.
# found: 5 tasks, 4 wide
# %%
import logging
import sys
import warnings

logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s", stream=sys.stdout, force=True)
log = logging.getLogger("corpus")
# %%
log.info("start")
# %%
data = list(range(5))
log.debug("hidden %s", len(data))
# %%
print(sum(data))
# %%
log.setLevel(logging.DEBUG)
# %%
log.debug("shown")
# %%
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    warnings.warn("careful")
print(len(caught), caught[0].message)
# %%
log.warning("end of %d", len(data))
