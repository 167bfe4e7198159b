# Displays that other cells update, outputs of widgets, progress that goes on.
# found: 10 tasks, 5 wide
# %%
from IPython.display import HTML, Markdown, clear_output, display
# %%
handle = display("waiting", display_id="status")
# %%
count = 3
# %%
handle.update(f"done {count}")
# %%
from IPython.display import update_display
update_display("really done", display_id="status")
# %%
print("gone")
clear_output()
print("kept")
# %%
display(HTML("<b>bold</b>"), Markdown("*text*"))
# %%
class Card:
    def __init__(self, text):
        self.text = text
        self.shown = 0

    def _repr_html_(self):
        self.shown += 1
        return f"<i>{self.text} {self.shown}</i>"
# %%
card = Card("hello")
# %%
card
# %%
card
# %%
print(card.shown)
# %%
formatter = get_ipython().display_formatter.formatters["text/plain"]
formatter.for_type(float, lambda v, p, cycle: p.text(f"{v:.1f}"))
# %%
3.14159
# %%
card.text; 
# %%
2.71828
