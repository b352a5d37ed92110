{{ config(
    materialized='incremental', incremental_strategy='microbatch', event_time='sent_at', begin='2024-01-01', batch_size='year',
    lookback=0,
) }}
select parcel_id, cast(sent_on as timestamp) as sent_at from {{ ref('stg_parcels') }}
