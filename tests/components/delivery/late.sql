select count(*) as late from identifier(:catalog || '.gold.fct_watches')
