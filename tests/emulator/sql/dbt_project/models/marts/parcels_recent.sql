{{ config(
    materialized='incremental', incremental_strategy='replace_where', incremental_predicates=["sent_on >= date'2024-03-01'"],
) }}
select parcel_id, sent_on, weight from {{ ref('stg_parcels') }}
{% if is_incremental() %} where sent_on >= date'2024-03-01' {% endif %}
