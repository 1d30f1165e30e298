"""The server's edge: what stands between the network and Streamlit, one idea in each module.

All of it is plain ASGI, so that it sees http and websocket connections alike. `ui/server.py` puts the pieces in order.
"""
