<?php

use Illuminate\Support\Facades\Route;

Route::get('/healthz', fn () => response()
    ->json(['status' => 'ok', 'version' => getenv('VERSION') ?: '0.1.0'])
    ->header('Cache-Control', 'no-store'));
