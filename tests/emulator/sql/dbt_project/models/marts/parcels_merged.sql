{{ config(
    materialized='incremental', incremental_strategy='merge', unique_key='parcel_id', on_schema_change='append_new_columns',
    tblproperties={'quality': 'marts'}, databricks_tags={'layer': 'marts'}, liquid_clustered_by=['sender_id'],
) }}
select
    parcel_id, sender_id, sent_on, state, weight,
    date_trunc('month', sent_on) as sent_month, date_format(sent_on, 'yyyy-MM') as month_name, current_timestamp() as seen_at
    {% if var('later', false) %}, coalesce(fragile, false) as fragile {% endif %}
from {{ ref('stg_parcels') }}
{% if is_incremental() %} where sent_on >= (select date_sub(max(sent_on), 7) from {{ this }}) {% endif %}
