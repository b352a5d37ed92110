select show_id, watches from gold.fct_watches
