<?php

namespace Tests;

use Illuminate\Foundation\Testing\TestCase;

class HealthTest extends TestCase
{
    public function test_it_is_well_and_tells_its_version(): void
    {
        $this->getJson('/healthz')->assertOk()->assertJson(['status' => 'ok'])->assertJsonStructure(['version']);
    }

    public function test_it_has_a_first_page(): void
    {
        $this->get('/')->assertOk()->assertSee('{{name}}');
    }
}
