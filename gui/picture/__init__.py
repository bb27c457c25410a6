"""The live picture of the network: layout as pure geometry, painting, walking, export."""
