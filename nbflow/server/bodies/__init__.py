"""What clients send: bodies, queries and messages of the socket, checked as they come in. One file
per noun.
"""
