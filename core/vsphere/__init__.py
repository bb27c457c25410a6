"""All that talks to a vCenter: SOAP by pyvmomi, REST by requests, uploads by http.client.

Managed objects do not leave this package except inside a running job; what others get are
structs. One session per job (STYLE 5).
"""
