{{ config(materialized='incremental', incremental_strategy='append') }}
select
    parcel_id, map('state', state) as facts, array(state, cast(weight as string)) as words,
    named_struct('id', parcel_id, 'on', sent_on) as both
from {{ ref('stg_parcels') }}
{% if is_incremental() %} where parcel_id > (select max(parcel_id) from {{ this }}) {% endif %}
