"""Delta Sharing: shares and recipients."""
