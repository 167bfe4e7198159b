# Rich displays: markup, tables, an output that is updated later.
# found: 7 tasks, 6 wide
# %%
import pandas as pd
from IPython.display import HTML, Markdown, display
# %%
frame = pd.DataFrame({"x": [1, 2]})
# %%
display(Markdown("**bold**"))
display(frame, frame.T)
# %%
handle = display("waiting", display_id="status")
# %%
handle.update("done")
# %%
HTML("<b>html</b>")
# %%
frame.style.format("{:.1f}").to_html()[:6]
# %%
class Badge:
    def _repr_html_(self):
        return "<i>badge</i>"

    def __repr__(self):
        return "badge"
# %%
Badge()
# %%
frame.x.sum(); frame
