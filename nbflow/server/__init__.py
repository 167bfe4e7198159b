"""The Jupyter server extension: REST, one websocket, and nothing that decides. Async lives here and
nowhere else; whatever blocks is asked of `questions` in a thread.
"""
