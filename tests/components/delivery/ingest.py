# Databricks notebook source
print("made up")
