%class.anon.8 = type { i8 }
%class.anon.17 = type { i8 }
%class.anon.19 = type { i8 }
%class.anon.4 = type { i8 }
%class.anon = type { ptr }
%class.anon.7 = type { ptr, %class.anon }
%struct.Activated = type { ptr, ptr, i64, i64, i64, i64 }
%class.anon.0 = type { ptr, ptr }
%struct.Step = type { ptr, ptr, ptr, ptr, ptr, ptr, ptr, ptr, ptr, i64, i64, i64, i64, i64, i64, float, %struct.Activated }
%class.anon.1 = type { ptr }
%class.anon.2 = type { ptr }
%struct.anon = type { ptr, ptr }
%class.anon.3 = type { ptr }
%struct.Layer = type { ptr, ptr, ptr, ptr, ptr, ptr, i64, i64, float, [3 x %struct.anon] }
%class.anon.5 = type <{ ptr, [8 x i8] }>
%struct.Anywhere = type { <16 x i16> }
%class.anon.10 = type { i8 }
%class.anon.12 = type { i8 }
%struct.Sequence.14 = type { i8 }
%struct.Sequence = type { i8 }
%struct.Anywhere.22 = type { <16 x float> }
%struct.Anywhere.15 = type { <32 x i16> }
%struct.Sequence.16 = type { i8 }
%struct.Sequence.21 = type { i8 }
@__const._ZL3expDv16_f.terms = private unnamed_addr constant [7 x double] [double 0x3F56C16C16C16C17, double 0x3F81111111111111, double 0x3FA5555555555555, double 0x3FC5555555555555, double 5.000000e-01, double 1.000000e+00, double 1.000000e+00], align 16
@HEAD_DIM = external constant i64, align 8
@ROTARY = external constant i64, align 8
@NORMED = external constant i64, align 8
@_ZL5lower = internal constant %class.anon.8 undef, align 1
@_ZL4even = internal constant %class.anon.17 undef, align 1
@_ZL3odd = internal constant %class.anon.19 undef, align 1
define void @run_gelu_rows(ptr noundef %0, i32 noundef %1) #0 {
  %3 = alloca ptr, align 8
  %4 = alloca i32, align 4
  store ptr %0, ptr %3, align 8
  store i32 %1, ptr %4, align 4
  %5 = load ptr, ptr %3, align 8
  %6 = load i32, ptr %4, align 4
  call void @GOMP_parallel(ptr noundef @gelu_rows, ptr noundef %5, i32 noundef %6, i32 noundef 0)
  ret void
}
declare void @GOMP_parallel(ptr noundef, ptr noundef, i32 noundef, i32 noundef) #1
define void @gelu_rows(ptr noundef %0) #0 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
  %3 = load ptr, ptr %2, align 8
  call void @_ZL10apply_geluPK9Activated(ptr noundef %3)
  ret void
}
define internal void @_ZL10apply_geluPK9Activated(ptr noundef %0) #2 {
  %2 = alloca ptr, align 8
  %3 = alloca %class.anon.4, align 1
  store ptr %0, ptr %2, align 8
  %4 = load ptr, ptr %2, align 8
  call void @_ZL5applyIZL10apply_geluPK9ActivatedEUlPKtE_EvS2_T_(ptr noundef %4)
  ret void
}
define void @run_gate(ptr noundef %0, i32 noundef %1) #0 {
  %3 = alloca ptr, align 8
  %4 = alloca i32, align 4
  store ptr %0, ptr %3, align 8
  store i32 %1, ptr %4, align 4
  %5 = load ptr, ptr %3, align 8
  %6 = load i32, ptr %4, align 4
  call void @GOMP_parallel(ptr noundef @gate, ptr noundef %5, i32 noundef %6, i32 noundef 0)
  ret void
}
define void @gate(ptr noundef %0) #0 {
  %2 = alloca ptr, align 8
  %3 = alloca %class.anon, align 8
  store ptr %0, ptr %2, align 8
  %4 = load ptr, ptr %2, align 8
  %5 = getelementptr inbounds nuw %class.anon, ptr %3, i32 0, i32 0
  %6 = load ptr, ptr %2, align 8
  store ptr %6, ptr %5, align 8
  %7 = getelementptr inbounds nuw %class.anon, ptr %3, i32 0, i32 0
  %8 = load ptr, ptr %7, align 8
  call void @"_ZL5applyIZ4gateE3$_0EvPK9ActivatedT_"(ptr noundef %4, ptr %8)
  ret void
}
define internal void @"_ZL5applyIZ4gateE3$_0EvPK9ActivatedT_"(ptr noundef %0, ptr %1) #2 {
  %3 = alloca %class.anon, align 8
  %4 = alloca ptr, align 8
  %5 = alloca %class.anon.7, align 8
  %6 = getelementptr inbounds nuw %class.anon, ptr %3, i32 0, i32 0
  store ptr %1, ptr %6, align 8
  store ptr %0, ptr %4, align 8
  %7 = load ptr, ptr %4, align 8
  %8 = getelementptr inbounds nuw %struct.Activated, ptr %7, i32 0, i32 2
  %9 = load i64, ptr %8, align 8
  %10 = load ptr, ptr %4, align 8
  %11 = getelementptr inbounds nuw %struct.Activated, ptr %10, i32 0, i32 3
  %12 = load i64, ptr %11, align 8
  %13 = sdiv i64 %12, 16
  %14 = mul nsw i64 %9, %13
  %15 = getelementptr inbounds nuw %class.anon.7, ptr %5, i32 0, i32 0
  %16 = load ptr, ptr %4, align 8
  store ptr %16, ptr %15, align 8
  %17 = getelementptr inbounds nuw %class.anon.7, ptr %5, i32 0, i32 1
  call void @llvm.memcpy.p0.p0.i64(ptr align 8 %17, ptr align 8 %3, i64 8, i1 false)
  %18 = getelementptr inbounds nuw { ptr, ptr }, ptr %5, i32 0, i32 0
  %19 = load ptr, ptr %18, align 8
  %20 = getelementptr inbounds nuw { ptr, ptr }, ptr %5, i32 0, i32 1
  %21 = load ptr, ptr %20, align 8
  call void @"_ZL5shareIZL5applyIZ4gateE3$_0EvPK9ActivatedT_EUllE_EvlS5_"(i64 noundef %14, ptr %19, ptr %21)
  ret void
}
define void @run_step(ptr noundef %0, i32 noundef %1) #0 {
  %3 = alloca ptr, align 8
  %4 = alloca i32, align 4
  store ptr %0, ptr %3, align 8
  store i32 %1, ptr %4, align 4
  %5 = load ptr, ptr %3, align 8
  %6 = load i32, ptr %4, align 4
  call void @GOMP_parallel(ptr noundef @step, ptr noundef %5, i32 noundef %6, i32 noundef 0)
  ret void
}
define void @step(ptr noundef %0) #0 {
  %2 = alloca ptr, align 8
  %3 = alloca ptr, align 8
  %4 = alloca %class.anon.0, align 8
  store ptr %0, ptr %2, align 8
  %5 = load ptr, ptr %2, align 8
  %6 = getelementptr inbounds nuw %struct.Step, ptr %5, i32 0, i32 14
  %7 = load i64, ptr %6, align 8
  %8 = add nsw i64 %7, 32
  %9 = mul nsw i64 4, %8
  %10 = alloca i8, i64 %9, align 64
  store ptr %10, ptr %3, align 8
  %11 = load ptr, ptr %2, align 8
  %12 = getelementptr inbounds nuw %struct.Step, ptr %11, i32 0, i32 9
  %13 = load i64, ptr %12, align 8
  %14 = load ptr, ptr %2, align 8
  %15 = getelementptr inbounds nuw %struct.Step, ptr %14, i32 0, i32 11
  %16 = load i64, ptr %15, align 8
  %17 = mul nsw i64 %13, %16
  %18 = getelementptr inbounds nuw %class.anon.0, ptr %4, i32 0, i32 0
  %19 = load ptr, ptr %2, align 8
  store ptr %19, ptr %18, align 8
  %20 = getelementptr inbounds nuw %class.anon.0, ptr %4, i32 0, i32 1
  %21 = load ptr, ptr %3, align 8
  store ptr %21, ptr %20, align 8
  %22 = getelementptr inbounds nuw { ptr, ptr }, ptr %4, i32 0, i32 0
  %23 = load ptr, ptr %22, align 8
  %24 = getelementptr inbounds nuw { ptr, ptr }, ptr %4, i32 0, i32 1
  %25 = load ptr, ptr %24, align 8
  call void @"_ZL5shareIZ4stepE3$_0EvlT_"(i64 noundef %17, ptr %23, ptr %25)
  %26 = load ptr, ptr %2, align 8
  %27 = getelementptr inbounds nuw %struct.Step, ptr %26, i32 0, i32 16
  call void @_ZL10apply_geluPK9Activated(ptr noundef %27)
  ret void
}
define internal void @"_ZL5shareIZ4stepE3$_0EvlT_"(i64 noundef %0, ptr %1, ptr %2) #2 {
  %4 = alloca %class.anon.0, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  %7 = alloca i64, align 8
  %8 = alloca i64, align 8
  %9 = alloca i64, align 8
  %10 = getelementptr inbounds nuw { ptr, ptr }, ptr %4, i32 0, i32 0
  store ptr %1, ptr %10, align 8
  %11 = getelementptr inbounds nuw { ptr, ptr }, ptr %4, i32 0, i32 1
  store ptr %2, ptr %11, align 8
  store i64 %0, ptr %5, align 8
  %12 = call i32 @omp_get_thread_num()
  %13 = sext i32 %12 to i64
  store i64 %13, ptr %6, align 8
  %14 = call i32 @omp_get_num_threads()
  %15 = sext i32 %14 to i64
  store i64 %15, ptr %7, align 8
  %16 = load i64, ptr %5, align 8
  %17 = load i64, ptr %6, align 8
  %18 = add nsw i64 %17, 1
  %19 = mul nsw i64 %16, %18
  %20 = load i64, ptr %7, align 8
  %21 = sdiv i64 %19, %20
  store i64 %21, ptr %8, align 8
  %22 = load i64, ptr %5, align 8
  %23 = load i64, ptr %6, align 8
  %24 = mul nsw i64 %22, %23
  %25 = load i64, ptr %7, align 8
  %26 = sdiv i64 %24, %25
  store i64 %26, ptr %9, align 8
  br label %27
27:                                               ; preds = %34, %3
  %28 = load i64, ptr %9, align 8
  %29 = load i64, ptr %8, align 8
  %30 = icmp slt i64 %28, %29
  br i1 %30, label %32, label %31
31:                                               ; preds = %27
  br label %37
32:                                               ; preds = %27
  %33 = load i64, ptr %9, align 8
  call void @"_ZZ4stepENK3$_0clEl"(ptr noundef nonnull align 8 dereferenceable(16) %4, i64 noundef %33)
  br label %34
34:                                               ; preds = %32
  %35 = load i64, ptr %9, align 8
  %36 = add nsw i64 %35, 1
  store i64 %36, ptr %9, align 8
  br label %27, !llvm.loop !6
37:                                               ; preds = %31
  ret void
}
define void @run_rotate_rows(ptr noundef %0, i32 noundef %1) #0 {
  %3 = alloca ptr, align 8
  %4 = alloca i32, align 4
  store ptr %0, ptr %3, align 8
  store i32 %1, ptr %4, align 4
  %5 = load ptr, ptr %3, align 8
  %6 = load i32, ptr %4, align 4
  call void @GOMP_parallel(ptr noundef @rotate_rows, ptr noundef %5, i32 noundef %6, i32 noundef 0)
  ret void
}
define void @rotate_rows(ptr noundef %0) #0 {
  %2 = alloca ptr, align 8
  %3 = alloca %class.anon.1, align 8
  store ptr %0, ptr %2, align 8
  %4 = load ptr, ptr %2, align 8
  %5 = getelementptr inbounds nuw %struct.Step, ptr %4, i32 0, i32 9
  %6 = load i64, ptr %5, align 8
  %7 = getelementptr inbounds nuw %class.anon.1, ptr %3, i32 0, i32 0
  %8 = load ptr, ptr %2, align 8
  store ptr %8, ptr %7, align 8
  %9 = getelementptr inbounds nuw %class.anon.1, ptr %3, i32 0, i32 0
  %10 = load ptr, ptr %9, align 8
  call void @"_ZL5shareIZ11rotate_rowsE3$_0EvlT_"(i64 noundef %6, ptr %10)
  ret void
}
define internal void @"_ZL5shareIZ11rotate_rowsE3$_0EvlT_"(i64 noundef %0, ptr %1) #2 {
  %3 = alloca %class.anon.1, align 8
  %4 = alloca i64, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  %7 = alloca i64, align 8
  %8 = alloca i64, align 8
  %9 = getelementptr inbounds nuw %class.anon.1, ptr %3, i32 0, i32 0
  store ptr %1, ptr %9, align 8
  store i64 %0, ptr %4, align 8
  %10 = call i32 @omp_get_thread_num()
  %11 = sext i32 %10 to i64
  store i64 %11, ptr %5, align 8
  %12 = call i32 @omp_get_num_threads()
  %13 = sext i32 %12 to i64
  store i64 %13, ptr %6, align 8
  %14 = load i64, ptr %4, align 8
  %15 = load i64, ptr %5, align 8
  %16 = add nsw i64 %15, 1
  %17 = mul nsw i64 %14, %16
  %18 = load i64, ptr %6, align 8
  %19 = sdiv i64 %17, %18
  store i64 %19, ptr %7, align 8
  %20 = load i64, ptr %4, align 8
  %21 = load i64, ptr %5, align 8
  %22 = mul nsw i64 %20, %21
  %23 = load i64, ptr %6, align 8
  %24 = sdiv i64 %22, %23
  store i64 %24, ptr %8, align 8
  br label %25
25:                                               ; preds = %32, %2
  %26 = load i64, ptr %8, align 8
  %27 = load i64, ptr %7, align 8
  %28 = icmp slt i64 %26, %27
  br i1 %28, label %30, label %29
29:                                               ; preds = %25
  br label %35
30:                                               ; preds = %25
  %31 = load i64, ptr %8, align 8
  call void @"_ZZ11rotate_rowsENK3$_0clEl"(ptr noundef nonnull align 8 dereferenceable(8) %3, i64 noundef %31)
  br label %32
32:                                               ; preds = %30
  %33 = load i64, ptr %8, align 8
  %34 = add nsw i64 %33, 1
  store i64 %34, ptr %8, align 8
  br label %25, !llvm.loop !8
35:                                               ; preds = %29
  ret void
}
define void @run_layer(ptr noundef %0, i32 noundef %1) #0 {
  %3 = alloca ptr, align 8
  %4 = alloca i32, align 4
  store ptr %0, ptr %3, align 8
  store i32 %1, ptr %4, align 4
  %5 = load ptr, ptr %3, align 8
  %6 = load i32, ptr %4, align 4
  call void @GOMP_parallel(ptr noundef @layer, ptr noundef %5, i32 noundef %6, i32 noundef 0)
  ret void
}
define void @layer(ptr noundef %0) #0 {
  %2 = alloca ptr, align 8
  %3 = alloca %class.anon.2, align 8
  %4 = alloca ptr, align 8
  %5 = alloca ptr, align 8
  %6 = alloca ptr, align 8
  %7 = alloca %struct.anon, align 8
  %8 = alloca %class.anon.3, align 8
  store ptr %0, ptr %2, align 8
  %9 = load ptr, ptr %2, align 8
  %10 = getelementptr inbounds nuw %struct.Layer, ptr %9, i32 0, i32 6
  %11 = load i64, ptr %10, align 8
  %12 = getelementptr inbounds nuw %class.anon.2, ptr %3, i32 0, i32 0
  %13 = load ptr, ptr %2, align 8
  store ptr %13, ptr %12, align 8
  %14 = getelementptr inbounds nuw %class.anon.2, ptr %3, i32 0, i32 0
  %15 = load ptr, ptr %14, align 8
  call void @"_ZL5shareIZ5layerE3$_0EvlT_"(i64 noundef %11, ptr %15)
  %16 = load ptr, ptr %2, align 8
  %17 = getelementptr inbounds nuw %struct.Layer, ptr %16, i32 0, i32 9
  store ptr %17, ptr %4, align 8
  %18 = load ptr, ptr %4, align 8, !nonnull !9, !align !10
  %19 = getelementptr inbounds [3 x %struct.anon], ptr %18, i64 0, i64 0
  store ptr %19, ptr %5, align 8
  %20 = load ptr, ptr %4, align 8, !nonnull !9, !align !10
  %21 = getelementptr inbounds [3 x %struct.anon], ptr %20, i64 0, i64 0
  %22 = getelementptr inbounds %struct.anon, ptr %21, i64 3
  store ptr %22, ptr %6, align 8
  br label %23
23:                                               ; preds = %34, %1
  %24 = load ptr, ptr %5, align 8
  %25 = load ptr, ptr %6, align 8
  %26 = icmp ne ptr %24, %25
  br i1 %26, label %28, label %27
27:                                               ; preds = %23
  br label %37
28:                                               ; preds = %23
  %29 = load ptr, ptr %5, align 8
  call void @llvm.memcpy.p0.p0.i64(ptr align 8 %7, ptr align 8 %29, i64 16, i1 false)
  call void @GOMP_barrier()
  %30 = getelementptr inbounds nuw %struct.anon, ptr %7, i32 0, i32 0
  %31 = load ptr, ptr %30, align 8
  %32 = getelementptr inbounds nuw %struct.anon, ptr %7, i32 0, i32 1
  %33 = load ptr, ptr %32, align 8
  call void %31(ptr noundef %33)
  br label %34
34:                                               ; preds = %28
  %35 = load ptr, ptr %5, align 8
  %36 = getelementptr inbounds nuw %struct.anon, ptr %35, i32 1
  store ptr %36, ptr %5, align 8
  br label %23
37:                                               ; preds = %27
  call void @GOMP_barrier()
  %38 = load ptr, ptr %2, align 8
  %39 = getelementptr inbounds nuw %struct.Layer, ptr %38, i32 0, i32 6
  %40 = load i64, ptr %39, align 8
  %41 = load ptr, ptr %2, align 8
  %42 = getelementptr inbounds nuw %struct.Layer, ptr %41, i32 0, i32 7
  %43 = load i64, ptr %42, align 8
  %44 = mul nsw i64 %40, %43
  %45 = sdiv i64 %44, 16
  %46 = getelementptr inbounds nuw %class.anon.3, ptr %8, i32 0, i32 0
  %47 = load ptr, ptr %2, align 8
  store ptr %47, ptr %46, align 8
  %48 = getelementptr inbounds nuw %class.anon.3, ptr %8, i32 0, i32 0
  %49 = load ptr, ptr %48, align 8
  call void @"_ZL5shareIZ5layerE3$_1EvlT_"(i64 noundef %45, ptr %49)
  ret void
}
define internal void @"_ZL5shareIZ5layerE3$_0EvlT_"(i64 noundef %0, ptr %1) #2 {
  %3 = alloca %class.anon.2, align 8
  %4 = alloca i64, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  %7 = alloca i64, align 8
  %8 = alloca i64, align 8
  %9 = getelementptr inbounds nuw %class.anon.2, ptr %3, i32 0, i32 0
  store ptr %1, ptr %9, align 8
  store i64 %0, ptr %4, align 8
  %10 = call i32 @omp_get_thread_num()
  %11 = sext i32 %10 to i64
  store i64 %11, ptr %5, align 8
  %12 = call i32 @omp_get_num_threads()
  %13 = sext i32 %12 to i64
  store i64 %13, ptr %6, align 8
  %14 = load i64, ptr %4, align 8
  %15 = load i64, ptr %5, align 8
  %16 = add nsw i64 %15, 1
  %17 = mul nsw i64 %14, %16
  %18 = load i64, ptr %6, align 8
  %19 = sdiv i64 %17, %18
  store i64 %19, ptr %7, align 8
  %20 = load i64, ptr %4, align 8
  %21 = load i64, ptr %5, align 8
  %22 = mul nsw i64 %20, %21
  %23 = load i64, ptr %6, align 8
  %24 = sdiv i64 %22, %23
  store i64 %24, ptr %8, align 8
  br label %25
25:                                               ; preds = %32, %2
  %26 = load i64, ptr %8, align 8
  %27 = load i64, ptr %7, align 8
  %28 = icmp slt i64 %26, %27
  br i1 %28, label %30, label %29
29:                                               ; preds = %25
  br label %35
30:                                               ; preds = %25
  %31 = load i64, ptr %8, align 8
  call void @"_ZZ5layerENK3$_0clEl"(ptr noundef nonnull align 8 dereferenceable(8) %3, i64 noundef %31)
  br label %32
32:                                               ; preds = %30
  %33 = load i64, ptr %8, align 8
  %34 = add nsw i64 %33, 1
  store i64 %34, ptr %8, align 8
  br label %25, !llvm.loop !11
35:                                               ; preds = %29
  ret void
}
declare void @llvm.memcpy.p0.p0.i64(ptr noalias writeonly captures(none), ptr noalias readonly captures(none), i64, i1 immarg) #4
declare void @GOMP_barrier() #1
define internal void @"_ZL5shareIZ5layerE3$_1EvlT_"(i64 noundef %0, ptr %1) #2 {
  %3 = alloca %class.anon.3, align 8
  %4 = alloca i64, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  %7 = alloca i64, align 8
  %8 = alloca i64, align 8
  %9 = getelementptr inbounds nuw %class.anon.3, ptr %3, i32 0, i32 0
  store ptr %1, ptr %9, align 8
  store i64 %0, ptr %4, align 8
  %10 = call i32 @omp_get_thread_num()
  %11 = sext i32 %10 to i64
  store i64 %11, ptr %5, align 8
  %12 = call i32 @omp_get_num_threads()
  %13 = sext i32 %12 to i64
  store i64 %13, ptr %6, align 8
  %14 = load i64, ptr %4, align 8
  %15 = load i64, ptr %5, align 8
  %16 = add nsw i64 %15, 1
  %17 = mul nsw i64 %14, %16
  %18 = load i64, ptr %6, align 8
  %19 = sdiv i64 %17, %18
  store i64 %19, ptr %7, align 8
  %20 = load i64, ptr %4, align 8
  %21 = load i64, ptr %5, align 8
  %22 = mul nsw i64 %20, %21
  %23 = load i64, ptr %6, align 8
  %24 = sdiv i64 %22, %23
  store i64 %24, ptr %8, align 8
  br label %25
25:                                               ; preds = %32, %2
  %26 = load i64, ptr %8, align 8
  %27 = load i64, ptr %7, align 8
  %28 = icmp slt i64 %26, %27
  br i1 %28, label %30, label %29
29:                                               ; preds = %25
  br label %35
30:                                               ; preds = %25
  %31 = load i64, ptr %8, align 8
  call void @"_ZZ5layerENK3$_1clEl"(ptr noundef nonnull align 8 dereferenceable(8) %3, i64 noundef %31)
  br label %32
32:                                               ; preds = %30
  %33 = load i64, ptr %8, align 8
  %34 = add nsw i64 %33, 1
  store i64 %34, ptr %8, align 8
  br label %25, !llvm.loop !12
35:                                               ; preds = %29
  ret void
}
define internal void @_ZL5applyIZL10apply_geluPK9ActivatedEUlPKtE_EvS2_T_(ptr noundef %0) #2 {
  %2 = alloca %class.anon.4, align 1
  %3 = alloca ptr, align 8
  %4 = alloca %class.anon.5, align 8
  store ptr %0, ptr %3, align 8
  %5 = load ptr, ptr %3, align 8
  %6 = getelementptr inbounds nuw %struct.Activated, ptr %5, i32 0, i32 2
  %7 = load i64, ptr %6, align 8
  %8 = load ptr, ptr %3, align 8
  %9 = getelementptr inbounds nuw %struct.Activated, ptr %8, i32 0, i32 3
  %10 = load i64, ptr %9, align 8
  %11 = sdiv i64 %10, 16
  %12 = mul nsw i64 %7, %11
  %13 = getelementptr inbounds nuw %class.anon.5, ptr %4, i32 0, i32 0
  %14 = load ptr, ptr %3, align 8
  store ptr %14, ptr %13, align 8
  %15 = getelementptr inbounds i8, ptr %4, i64 8
  %16 = getelementptr inbounds nuw %class.anon.5, ptr %4, i32 0, i32 0
  %17 = load ptr, ptr %16, align 8
  call void @_ZL5shareIZL5applyIZL10apply_geluPK9ActivatedEUlPKtE_EvS3_T_EUllE_EvlS7_(i64 noundef %12, ptr %17)
  ret void
}
define internal void @_ZL5shareIZL5applyIZL10apply_geluPK9ActivatedEUlPKtE_EvS3_T_EUllE_EvlS7_(i64 noundef %0, ptr %1) #2 {
  %3 = alloca %class.anon.5, align 8
  %4 = alloca i64, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  %7 = alloca i64, align 8
  %8 = alloca i64, align 8
  %9 = getelementptr inbounds nuw %class.anon.5, ptr %3, i32 0, i32 0
  store ptr %1, ptr %9, align 8
  store i64 %0, ptr %4, align 8
  %10 = call i32 @omp_get_thread_num()
  %11 = sext i32 %10 to i64
  store i64 %11, ptr %5, align 8
  %12 = call i32 @omp_get_num_threads()
  %13 = sext i32 %12 to i64
  store i64 %13, ptr %6, align 8
  %14 = load i64, ptr %4, align 8
  %15 = load i64, ptr %5, align 8
  %16 = add nsw i64 %15, 1
  %17 = mul nsw i64 %14, %16
  %18 = load i64, ptr %6, align 8
  %19 = sdiv i64 %17, %18
  store i64 %19, ptr %7, align 8
  %20 = load i64, ptr %4, align 8
  %21 = load i64, ptr %5, align 8
  %22 = mul nsw i64 %20, %21
  %23 = load i64, ptr %6, align 8
  %24 = sdiv i64 %22, %23
  store i64 %24, ptr %8, align 8
  br label %25
25:                                               ; preds = %32, %2
  %26 = load i64, ptr %8, align 8
  %27 = load i64, ptr %7, align 8
  %28 = icmp slt i64 %26, %27
  br i1 %28, label %30, label %29
29:                                               ; preds = %25
  br label %35
30:                                               ; preds = %25
  %31 = load i64, ptr %8, align 8
  call void @_ZZL5applyIZL10apply_geluPK9ActivatedEUlPKtE_EvS2_T_ENKUllE_clEl(ptr noundef nonnull align 8 dereferenceable(9) %3, i64 noundef %31)
  br label %32
32:                                               ; preds = %30
  %33 = load i64, ptr %8, align 8
  %34 = add nsw i64 %33, 1
  store i64 %34, ptr %8, align 8
  br label %25, !llvm.loop !13
35:                                               ; preds = %29
  ret void
}
declare i32 @omp_get_thread_num() #1
declare i32 @omp_get_num_threads() #1
define internal void @_ZZL5applyIZL10apply_geluPK9ActivatedEUlPKtE_EvS2_T_ENKUllE_clEl(ptr noundef nonnull align 8 dereferenceable(9) %0, i64 noundef %1) #5 align 2 {
  %3 = alloca ptr, align 8
  %4 = alloca i64, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  store ptr %0, ptr %3, align 8
  store i64 %1, ptr %4, align 8
  %7 = load ptr, ptr %3, align 8
  %8 = load i64, ptr %4, align 8
  %9 = getelementptr inbounds nuw %class.anon.5, ptr %7, i32 0, i32 0
  %10 = load ptr, ptr %9, align 8
  %11 = getelementptr inbounds nuw %struct.Activated, ptr %10, i32 0, i32 3
  %12 = load i64, ptr %11, align 8
  %13 = sdiv i64 %12, 16
  %14 = sdiv i64 %8, %13
  store i64 %14, ptr %5, align 8
  %15 = load i64, ptr %4, align 8
  %16 = getelementptr inbounds nuw %class.anon.5, ptr %7, i32 0, i32 0
  %17 = load ptr, ptr %16, align 8
  %18 = getelementptr inbounds nuw %struct.Activated, ptr %17, i32 0, i32 3
  %19 = load i64, ptr %18, align 8
  %20 = sdiv i64 %19, 16
  %21 = srem i64 %15, %20
  %22 = mul nsw i64 %21, 16
  store i64 %22, ptr %6, align 8
  %23 = getelementptr inbounds nuw %class.anon.5, ptr %7, i32 0, i32 0
  %24 = load ptr, ptr %23, align 8
  %25 = getelementptr inbounds nuw %struct.Activated, ptr %24, i32 0, i32 1
  %26 = load ptr, ptr %25, align 8
  %27 = load i64, ptr %5, align 8
  %28 = getelementptr inbounds nuw %class.anon.5, ptr %7, i32 0, i32 0
  %29 = load ptr, ptr %28, align 8
  %30 = getelementptr inbounds nuw %struct.Activated, ptr %29, i32 0, i32 5
  %31 = load i64, ptr %30, align 8
  %32 = mul nsw i64 %27, %31
  %33 = getelementptr inbounds i16, ptr %26, i64 %32
  %34 = load i64, ptr %6, align 8
  %35 = getelementptr inbounds i16, ptr %33, i64 %34
  %36 = getelementptr inbounds i8, ptr %7, i64 8
  %37 = getelementptr inbounds nuw %class.anon.5, ptr %7, i32 0, i32 0
  %38 = load ptr, ptr %37, align 8
  %39 = getelementptr inbounds nuw %struct.Activated, ptr %38, i32 0, i32 0
  %40 = load ptr, ptr %39, align 8
  %41 = load i64, ptr %5, align 8
  %42 = getelementptr inbounds nuw %class.anon.5, ptr %7, i32 0, i32 0
  %43 = load ptr, ptr %42, align 8
  %44 = getelementptr inbounds nuw %struct.Activated, ptr %43, i32 0, i32 4
  %45 = load i64, ptr %44, align 8
  %46 = mul nsw i64 %41, %45
  %47 = getelementptr inbounds i16, ptr %40, i64 %46
  %48 = load i64, ptr %6, align 8
  %49 = getelementptr inbounds i16, ptr %47, i64 %48
  %50 = call noundef <16 x float> @_ZZL10apply_geluPK9ActivatedENKUlPKtE_clES3_(ptr noundef nonnull align 1 dereferenceable(1) %36, ptr noundef %49)
  call void @_ZL8round_toIDv16_fEvPtT_(ptr noundef %35, <16 x float> noundef %50)
  ret void
}
define internal void @_ZL8round_toIDv16_fEvPtT_(ptr noundef %0, <16 x float> noundef %1) #6 {
  %3 = alloca ptr, align 8
  %4 = alloca <16 x float>, align 64
  %5 = alloca i32, align 4
  %6 = alloca <16 x i32>, align 64
  %7 = alloca <16 x i32>, align 64
  store ptr %0, ptr %3, align 8
  store <16 x float> %1, ptr %4, align 64
  store i32 16, ptr %5, align 4
  %8 = load <16 x float>, ptr %4, align 64
  %9 = bitcast <16 x float> %8 to <16 x i32>
  store <16 x i32> %9, ptr %6, align 64
  %10 = load <16 x float>, ptr %4, align 64
  %11 = load <16 x float>, ptr %4, align 64
  %12 = fcmp une <16 x float> %10, %11
  %13 = sext <16 x i1> %12 to <16 x i32>
  %14 = load <16 x i32>, ptr %6, align 64
  %15 = add <16 x i32> %14, splat (i32 32767)
  %16 = load <16 x i32>, ptr %6, align 64
  %17 = lshr <16 x i32> %16, splat (i32 16)
  %18 = and <16 x i32> %17, splat (i32 1)
  %19 = add <16 x i32> %15, %18
  %20 = icmp ne <16 x i32> %13, zeroinitializer
  %21 = select <16 x i1> %20, <16 x i32> splat (i32 2143289344), <16 x i32> %19
  store <16 x i32> %21, ptr %7, align 64
  %22 = load ptr, ptr %3, align 8
  %23 = load <16 x i32>, ptr %7, align 64
  %24 = lshr <16 x i32> %23, splat (i32 16)
  %25 = trunc <16 x i32> %24 to <16 x i16>
  call void @_ZL3putIDv16_tEvPvT_(ptr noundef %22, <16 x i16> noundef %25)
  ret void
}
define internal noundef <16 x float> @_ZZL10apply_geluPK9ActivatedENKUlPKtE_clES3_(ptr noundef nonnull align 1 dereferenceable(1) %0, ptr noundef %1) #5 align 2 {
  %3 = alloca ptr, align 8
  %4 = alloca ptr, align 8
  store ptr %0, ptr %3, align 8
  store ptr %1, ptr %4, align 8
  %5 = load ptr, ptr %3, align 8
  %6 = load ptr, ptr %4, align 8
  %7 = call noundef <16 x float> @_ZL4wideILi16EEDvmlLm4ET__fPKt(ptr noundef %6)
  %8 = call noundef <16 x float> @_ZL4geluDv16_f(<16 x float> noundef %7)
  ret <16 x float> %8
}
define internal void @_ZL3putIDv16_tEvPvT_(ptr noundef %0, <16 x i16> noundef %1) #7 {
  %3 = alloca ptr, align 8
  %4 = alloca <16 x i16>, align 32
  store ptr %0, ptr %3, align 8
  store <16 x i16> %1, ptr %4, align 32
  %5 = load <16 x i16>, ptr %4, align 32
  %6 = load ptr, ptr %3, align 8
  %7 = getelementptr inbounds nuw %struct.Anywhere, ptr %6, i32 0, i32 0
  store <16 x i16> %5, ptr %7, align 1
  ret void
}
define internal noundef <16 x float> @_ZL4geluDv16_f(<16 x float> noundef %0) #6 {
  %2 = alloca <16 x float>, align 64
  %3 = alloca double, align 8
  %4 = alloca double, align 8
  store <16 x float> %0, ptr %2, align 64
  store double 0x3FF9884533D43651, ptr %3, align 8
  store double 4.471500e-02, ptr %4, align 8
  %5 = load <16 x float>, ptr %2, align 64
  %6 = load <16 x float>, ptr %2, align 64
  %7 = load <16 x float>, ptr %2, align 64
  %8 = load <16 x float>, ptr %2, align 64
  %9 = fmul <16 x float> %7, %8
  %10 = call noundef <16 x float> @_ZL3allf(float noundef 0xBFB2444F20000000)
  %11 = call noundef <16 x float> @_ZL3allf(float noundef 0xBFF9884540000000)
  %12 = call noundef <16 x float> @_ZL3fmaIDv16_fET_S1_S1_S1_(<16 x float> noundef %9, <16 x float> noundef %10, <16 x float> noundef %11)
  %13 = fmul <16 x float> %6, %12
  %14 = call noundef <16 x float> @_ZL3expDv16_f(<16 x float> noundef %13)
  %15 = fadd <16 x float> %14, splat (float 1.000000e+00)
  %16 = fdiv <16 x float> %5, %15
  ret <16 x float> %16
}
define internal noundef <16 x float> @_ZL4wideILi16EEDvmlLm4ET__fPKt(ptr noundef %0) #6 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
  %3 = load ptr, ptr %2, align 8
  %4 = call noundef <16 x i16> @_ZL4loadIDv16_tET_PKv(ptr noundef %3)
  %5 = zext <16 x i16> %4 to <16 x i32>
  %6 = shl <16 x i32> %5, splat (i32 16)
  %7 = bitcast <16 x i32> %6 to <16 x float>
  ret <16 x float> %7
}
define internal noundef <16 x float> @_ZL3expDv16_f(<16 x float> noundef %0) #6 {
  %2 = alloca <16 x float>, align 64
  %3 = alloca double, align 8
  %4 = alloca double, align 8
  %5 = alloca <16 x float>, align 64
  %6 = alloca <16 x float>, align 64
  %7 = alloca [7 x double], align 16
  %8 = alloca ptr, align 8
  %9 = alloca ptr, align 8
  %10 = alloca ptr, align 8
  %11 = alloca double, align 8
  store <16 x float> %0, ptr %2, align 64
  store double 0x3FE62E42FEFA39EF, ptr %3, align 8
  store double 0x3FE62E0000000000, ptr %4, align 8
  %12 = load <16 x float>, ptr %2, align 64
  %13 = fcmp olt <16 x float> %12, splat (float -8.700000e+01)
  %14 = sext <16 x i1> %13 to <16 x i32>
  %15 = call noundef <16 x float> @_ZL3allf(float noundef -8.700000e+01)
  %16 = load <16 x float>, ptr %2, align 64
  %17 = icmp ne <16 x i32> %14, zeroinitializer
  %18 = select <16 x i1> %17, <16 x float> %15, <16 x float> %16
  store <16 x float> %18, ptr %2, align 64
  %19 = load <16 x float>, ptr %2, align 64
  %20 = fcmp ogt <16 x float> %19, splat (float 8.800000e+01)
  %21 = sext <16 x i1> %20 to <16 x i32>
  %22 = call noundef <16 x float> @_ZL3allf(float noundef 8.800000e+01)
  %23 = load <16 x float>, ptr %2, align 64
  %24 = icmp ne <16 x i32> %21, zeroinitializer
  %25 = select <16 x i1> %24, <16 x float> %22, <16 x float> %23
  store <16 x float> %25, ptr %2, align 64
  %26 = load <16 x float>, ptr %2, align 64
  %27 = fmul <16 x float> %26, splat (float 0x3FF7154760000000)
  %28 = call <16 x float> @llvm.rint.v16f32(<16 x float> %27)
  store <16 x float> %28, ptr %5, align 64
  %29 = load <16 x float>, ptr %5, align 64
  %30 = call noundef <16 x float> @_ZL3allf(float noundef 0xBF00BFBE80000000)
  %31 = load <16 x float>, ptr %5, align 64
  %32 = call noundef <16 x float> @_ZL3allf(float noundef 0xBFE62E0000000000)
  %33 = load <16 x float>, ptr %2, align 64
  %34 = call noundef <16 x float> @_ZL3fmaIDv16_fET_S1_S1_S1_(<16 x float> noundef %31, <16 x float> noundef %32, <16 x float> noundef %33)
  %35 = call noundef <16 x float> @_ZL3fmaIDv16_fET_S1_S1_S1_(<16 x float> noundef %29, <16 x float> noundef %30, <16 x float> noundef %34)
  store <16 x float> %35, ptr %2, align 64
  %36 = call noundef <16 x float> @_ZL3allf(float noundef 0x3F2A01A020000000)
  store <16 x float> %36, ptr %6, align 64
  call void @llvm.memcpy.p0.p0.i64(ptr align 16 %7, ptr align 16 @__const._ZL3expDv16_f.terms, i64 56, i1 false)
  store ptr %7, ptr %8, align 8
  %37 = load ptr, ptr %8, align 8, !nonnull !9, !align !10
  %38 = getelementptr inbounds [7 x double], ptr %37, i64 0, i64 0
  store ptr %38, ptr %9, align 8
  %39 = load ptr, ptr %8, align 8, !nonnull !9, !align !10
  %40 = getelementptr inbounds [7 x double], ptr %39, i64 0, i64 0
  %41 = getelementptr inbounds double, ptr %40, i64 7
  store ptr %41, ptr %10, align 8
  br label %42
42:                                               ; preds = %56, %1
  %43 = load ptr, ptr %9, align 8
  %44 = load ptr, ptr %10, align 8
  %45 = icmp ne ptr %43, %44
  br i1 %45, label %47, label %46
46:                                               ; preds = %42
  br label %59
47:                                               ; preds = %42
  %48 = load ptr, ptr %9, align 8
  %49 = load double, ptr %48, align 8
  store double %49, ptr %11, align 8
  %50 = load <16 x float>, ptr %6, align 64
  %51 = load <16 x float>, ptr %2, align 64
  %52 = load double, ptr %11, align 8
  %53 = fptrunc double %52 to float
  %54 = call noundef <16 x float> @_ZL3allf(float noundef %53)
  %55 = call noundef <16 x float> @_ZL3fmaIDv16_fET_S1_S1_S1_(<16 x float> noundef %50, <16 x float> noundef %51, <16 x float> noundef %54)
  store <16 x float> %55, ptr %6, align 64
  br label %56
56:                                               ; preds = %47
  %57 = load ptr, ptr %9, align 8
  %58 = getelementptr inbounds nuw double, ptr %57, i32 1
  store ptr %58, ptr %9, align 8
  br label %42, !llvm.loop !14
59:                                               ; preds = %46
  %60 = load <16 x float>, ptr %5, align 64
  %61 = load <16 x float>, ptr %5, align 64
  %62 = fcmp une <16 x float> %60, %61
  %63 = sext <16 x i1> %62 to <16 x i32>
  %64 = load <16 x float>, ptr %5, align 64
  %65 = icmp ne <16 x i32> %63, zeroinitializer
  %66 = select <16 x i1> %65, <16 x float> zeroinitializer, <16 x float> %64
  store <16 x float> %66, ptr %5, align 64
  %67 = load <16 x float>, ptr %6, align 64
  %68 = load <16 x float>, ptr %5, align 64
  %69 = fptosi <16 x float> %68 to <16 x i32>
  %70 = add <16 x i32> %69, splat (i32 127)
  %71 = shl <16 x i32> %70, splat (i32 23)
  %72 = bitcast <16 x i32> %71 to <16 x float>
  %73 = fmul <16 x float> %67, %72
  ret <16 x float> %73
}
define internal noundef <16 x float> @_ZL3fmaIDv16_fET_S1_S1_S1_(<16 x float> noundef %0, <16 x float> noundef %1, <16 x float> noundef %2) #6 {
  %4 = alloca <16 x float>, align 64
  %5 = alloca <16 x float>, align 64
  %6 = alloca <16 x float>, align 64
  store <16 x float> %0, ptr %4, align 64
  store <16 x float> %1, ptr %5, align 64
  store <16 x float> %2, ptr %6, align 64
  %7 = load <16 x float>, ptr %4, align 64
  %8 = load <16 x float>, ptr %5, align 64
  %9 = load <16 x float>, ptr %6, align 64
  %10 = call <16 x float> @llvm.fma.v16f32(<16 x float> %7, <16 x float> %8, <16 x float> %9)
  ret <16 x float> %10
}
define internal noundef <16 x float> @_ZL3allf(float noundef %0) #6 {
  %2 = alloca float, align 4
  store float %0, ptr %2, align 4
  %3 = load float, ptr %2, align 4
  %4 = insertelement <16 x float> poison, float %3, i64 0
  %5 = shufflevector <16 x float> %4, <16 x float> poison, <16 x i32> zeroinitializer
  %6 = fadd <16 x float> zeroinitializer, %5
  ret <16 x float> %6
}
declare <16 x float> @llvm.rint.v16f32(<16 x float>) #8
declare <16 x float> @llvm.fma.v16f32(<16 x float>, <16 x float>, <16 x float>) #8
define internal noundef <16 x i16> @_ZL4loadIDv16_tET_PKv(ptr noundef %0) #7 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
  %3 = load ptr, ptr %2, align 8
  %4 = getelementptr inbounds nuw %struct.Anywhere, ptr %3, i32 0, i32 0
  %5 = load <16 x i16>, ptr %4, align 1
  ret <16 x i16> %5
}
define internal void @"_ZL5shareIZL5applyIZ4gateE3$_0EvPK9ActivatedT_EUllE_EvlS5_"(i64 noundef %0, ptr %1, ptr %2) #2 {
  %4 = alloca %class.anon.7, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  %7 = alloca i64, align 8
  %8 = alloca i64, align 8
  %9 = alloca i64, align 8
  %10 = getelementptr inbounds nuw { ptr, ptr }, ptr %4, i32 0, i32 0
  store ptr %1, ptr %10, align 8
  %11 = getelementptr inbounds nuw { ptr, ptr }, ptr %4, i32 0, i32 1
  store ptr %2, ptr %11, align 8
  store i64 %0, ptr %5, align 8
  %12 = call i32 @omp_get_thread_num()
  %13 = sext i32 %12 to i64
  store i64 %13, ptr %6, align 8
  %14 = call i32 @omp_get_num_threads()
  %15 = sext i32 %14 to i64
  store i64 %15, ptr %7, align 8
  %16 = load i64, ptr %5, align 8
  %17 = load i64, ptr %6, align 8
  %18 = add nsw i64 %17, 1
  %19 = mul nsw i64 %16, %18
  %20 = load i64, ptr %7, align 8
  %21 = sdiv i64 %19, %20
  store i64 %21, ptr %8, align 8
  %22 = load i64, ptr %5, align 8
  %23 = load i64, ptr %6, align 8
  %24 = mul nsw i64 %22, %23
  %25 = load i64, ptr %7, align 8
  %26 = sdiv i64 %24, %25
  store i64 %26, ptr %9, align 8
  br label %27
27:                                               ; preds = %34, %3
  %28 = load i64, ptr %9, align 8
  %29 = load i64, ptr %8, align 8
  %30 = icmp slt i64 %28, %29
  br i1 %30, label %32, label %31
31:                                               ; preds = %27
  br label %37
32:                                               ; preds = %27
  %33 = load i64, ptr %9, align 8
  call void @"_ZZL5applyIZ4gateE3$_0EvPK9ActivatedT_ENKUllE_clEl"(ptr noundef nonnull align 8 dereferenceable(16) %4, i64 noundef %33)
  br label %34
34:                                               ; preds = %32
  %35 = load i64, ptr %9, align 8
  %36 = add nsw i64 %35, 1
  store i64 %36, ptr %9, align 8
  br label %27, !llvm.loop !16
37:                                               ; preds = %31
  ret void
}
define internal void @"_ZZL5applyIZ4gateE3$_0EvPK9ActivatedT_ENKUllE_clEl"(ptr noundef nonnull align 8 dereferenceable(16) %0, i64 noundef %1) #5 align 2 {
  %3 = alloca ptr, align 8
  %4 = alloca i64, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  store ptr %0, ptr %3, align 8
  store i64 %1, ptr %4, align 8
  %7 = load ptr, ptr %3, align 8
  %8 = load i64, ptr %4, align 8
  %9 = getelementptr inbounds nuw %class.anon.7, ptr %7, i32 0, i32 0
  %10 = load ptr, ptr %9, align 8
  %11 = getelementptr inbounds nuw %struct.Activated, ptr %10, i32 0, i32 3
  %12 = load i64, ptr %11, align 8
  %13 = sdiv i64 %12, 16
  %14 = sdiv i64 %8, %13
  store i64 %14, ptr %5, align 8
  %15 = load i64, ptr %4, align 8
  %16 = getelementptr inbounds nuw %class.anon.7, ptr %7, i32 0, i32 0
  %17 = load ptr, ptr %16, align 8
  %18 = getelementptr inbounds nuw %struct.Activated, ptr %17, i32 0, i32 3
  %19 = load i64, ptr %18, align 8
  %20 = sdiv i64 %19, 16
  %21 = srem i64 %15, %20
  %22 = mul nsw i64 %21, 16
  store i64 %22, ptr %6, align 8
  %23 = getelementptr inbounds nuw %class.anon.7, ptr %7, i32 0, i32 0
  %24 = load ptr, ptr %23, align 8
  %25 = getelementptr inbounds nuw %struct.Activated, ptr %24, i32 0, i32 1
  %26 = load ptr, ptr %25, align 8
  %27 = load i64, ptr %5, align 8
  %28 = getelementptr inbounds nuw %class.anon.7, ptr %7, i32 0, i32 0
  %29 = load ptr, ptr %28, align 8
  %30 = getelementptr inbounds nuw %struct.Activated, ptr %29, i32 0, i32 5
  %31 = load i64, ptr %30, align 8
  %32 = mul nsw i64 %27, %31
  %33 = getelementptr inbounds i16, ptr %26, i64 %32
  %34 = load i64, ptr %6, align 8
  %35 = getelementptr inbounds i16, ptr %33, i64 %34
  %36 = getelementptr inbounds nuw %class.anon.7, ptr %7, i32 0, i32 1
  %37 = getelementptr inbounds nuw %class.anon.7, ptr %7, i32 0, i32 0
  %38 = load ptr, ptr %37, align 8
  %39 = getelementptr inbounds nuw %struct.Activated, ptr %38, i32 0, i32 0
  %40 = load ptr, ptr %39, align 8
  %41 = load i64, ptr %5, align 8
  %42 = getelementptr inbounds nuw %class.anon.7, ptr %7, i32 0, i32 0
  %43 = load ptr, ptr %42, align 8
  %44 = getelementptr inbounds nuw %struct.Activated, ptr %43, i32 0, i32 4
  %45 = load i64, ptr %44, align 8
  %46 = mul nsw i64 %41, %45
  %47 = getelementptr inbounds i16, ptr %40, i64 %46
  %48 = load i64, ptr %6, align 8
  %49 = getelementptr inbounds i16, ptr %47, i64 %48
  %50 = call noundef <16 x float> @"_ZZ4gateENK3$_0clEPKt"(ptr noundef nonnull align 8 dereferenceable(8) %36, ptr noundef %49)
  call void @_ZL8round_toIDv16_fEvPtT_(ptr noundef %35, <16 x float> noundef %50)
  ret void
}
define internal noundef <16 x float> @"_ZZ4gateENK3$_0clEPKt"(ptr noundef nonnull align 8 dereferenceable(8) %0, ptr noundef %1) #5 align 2 {
  %3 = alloca ptr, align 8
  %4 = alloca ptr, align 8
  store ptr %0, ptr %3, align 8
  store ptr %1, ptr %4, align 8
  %5 = load ptr, ptr %3, align 8
  %6 = load ptr, ptr %4, align 8
  %7 = call noundef <16 x float> @_ZL4wideILi16EEDvmlLm4ET__fPKt(ptr noundef %6)
  %8 = load ptr, ptr %4, align 8
  %9 = call noundef <16 x float> @_ZL4wideILi16EEDvmlLm4ET__fPKt(ptr noundef %8)
  %10 = fneg <16 x float> %9
  %11 = call noundef <16 x float> @_ZL3expDv16_f(<16 x float> noundef %10)
  %12 = fadd <16 x float> %11, splat (float 1.000000e+00)
  %13 = fdiv <16 x float> %7, %12
  %14 = load ptr, ptr %4, align 8
  %15 = getelementptr inbounds nuw %class.anon, ptr %5, i32 0, i32 0
  %16 = load ptr, ptr %15, align 8
  %17 = getelementptr inbounds nuw %struct.Activated, ptr %16, i32 0, i32 3
  %18 = load i64, ptr %17, align 8
  %19 = getelementptr inbounds i16, ptr %14, i64 %18
  %20 = call noundef <16 x float> @_ZL4wideILi16EEDvmlLm4ET__fPKt(ptr noundef %19)
  %21 = fmul <16 x float> %13, %20
  ret <16 x float> %21
}
define internal void @"_ZZ4stepENK3$_0clEl"(ptr noundef nonnull align 8 dereferenceable(16) %0, i64 noundef %1) #9 align 2 {
  %3 = alloca ptr, align 8
  %4 = alloca i64, align 8
  store ptr %0, ptr %3, align 8
  store i64 %1, ptr %4, align 8
  %5 = load ptr, ptr %3, align 8
  %6 = getelementptr inbounds nuw %class.anon.0, ptr %5, i32 0, i32 0
  %7 = load ptr, ptr %6, align 8
  %8 = getelementptr inbounds nuw %class.anon.0, ptr %5, i32 0, i32 1
  %9 = load ptr, ptr %8, align 8
  %10 = load i64, ptr %4, align 8
  %11 = getelementptr inbounds nuw %class.anon.0, ptr %5, i32 0, i32 0
  %12 = load ptr, ptr %11, align 8
  %13 = getelementptr inbounds nuw %struct.Step, ptr %12, i32 0, i32 11
  %14 = load i64, ptr %13, align 8
  %15 = sdiv i64 %10, %14
  %16 = load i64, ptr %4, align 8
  %17 = getelementptr inbounds nuw %class.anon.0, ptr %5, i32 0, i32 0
  %18 = load ptr, ptr %17, align 8
  %19 = getelementptr inbounds nuw %struct.Step, ptr %18, i32 0, i32 11
  %20 = load i64, ptr %19, align 8
  %21 = srem i64 %16, %20
  call void @_ZL6appendPK4StepPfll(ptr noundef %7, ptr noundef %9, i64 noundef %15, i64 noundef %21)
  ret void
}
define internal void @_ZL6appendPK4StepPfll(ptr noundef %0, ptr noundef %1, i64 noundef %2, i64 noundef %3) #0 {
  %5 = alloca ptr, align 8
  %6 = alloca ptr, align 8
  %7 = alloca i64, align 8
  %8 = alloca i64, align 8
  %9 = alloca [256 x i16], align 16
  %10 = alloca ptr, align 8
  %11 = alloca i64, align 8
  %12 = alloca i64, align 8
  %13 = alloca i64, align 8
  store ptr %0, ptr %5, align 8
  store ptr %1, ptr %6, align 8
  store i64 %2, ptr %7, align 8
  store i64 %3, ptr %8, align 8
  %14 = load ptr, ptr %5, align 8
  %15 = getelementptr inbounds nuw %struct.Step, ptr %14, i32 0, i32 0
  %16 = load ptr, ptr %15, align 8
  %17 = load i64, ptr %7, align 8
  %18 = load ptr, ptr %5, align 8
  %19 = getelementptr inbounds nuw %struct.Step, ptr %18, i32 0, i32 16
  %20 = getelementptr inbounds nuw %struct.Activated, ptr %19, i32 0, i32 4
  %21 = load i64, ptr %20, align 8
  %22 = mul nsw i64 %17, %21
  %23 = getelementptr inbounds i16, ptr %16, i64 %22
  %24 = load ptr, ptr %5, align 8
  %25 = getelementptr inbounds nuw %struct.Step, ptr %24, i32 0, i32 10
  %26 = load i64, ptr %25, align 8
  %27 = load i64, ptr %8, align 8
  %28 = add nsw i64 %26, %27
  %29 = load i64, ptr @HEAD_DIM, align 8
  %30 = mul nsw i64 %28, %29
  %31 = getelementptr inbounds i16, ptr %23, i64 %30
  store ptr %31, ptr %10, align 8
  %32 = load i64, ptr %7, align 8
  %33 = load ptr, ptr %5, align 8
  %34 = getelementptr inbounds nuw %struct.Step, ptr %33, i32 0, i32 12
  %35 = load i64, ptr %34, align 8
  %36 = mul nsw i64 %32, %35
  %37 = load i64, ptr %8, align 8
  %38 = load ptr, ptr %5, align 8
  %39 = getelementptr inbounds nuw %struct.Step, ptr %38, i32 0, i32 13
  %40 = load i64, ptr %39, align 8
  %41 = mul nsw i64 %37, %40
  %42 = add nsw i64 %36, %41
  %43 = load ptr, ptr %5, align 8
  %44 = getelementptr inbounds nuw %struct.Step, ptr %43, i32 0, i32 4
  %45 = load ptr, ptr %44, align 8
  %46 = load i64, ptr %7, align 8
  %47 = getelementptr inbounds i64, ptr %45, i64 %46
  %48 = load i64, ptr %47, align 8
  %49 = load i64, ptr @HEAD_DIM, align 8
  %50 = mul nsw i64 %48, %49
  %51 = add nsw i64 %42, %50
  store i64 %51, ptr %11, align 8
  %52 = load ptr, ptr %5, align 8
  %53 = getelementptr inbounds nuw %struct.Step, ptr %52, i32 0, i32 10
  %54 = load i64, ptr %53, align 8
  %55 = load ptr, ptr %5, align 8
  %56 = getelementptr inbounds nuw %struct.Step, ptr %55, i32 0, i32 11
  %57 = load i64, ptr %56, align 8
  %58 = sdiv i64 %54, %57
  store i64 %58, ptr %12, align 8
  %59 = load ptr, ptr %5, align 8
  %60 = load i64, ptr %7, align 8
  %61 = load ptr, ptr %5, align 8
  %62 = load ptr, ptr %10, align 8
  %63 = load ptr, ptr %5, align 8
  %64 = getelementptr inbounds nuw %struct.Step, ptr %63, i32 0, i32 8
  %65 = load ptr, ptr %64, align 8
  %66 = getelementptr inbounds [256 x i16], ptr %9, i64 0, i64 0
  %67 = call noundef ptr @_ZL6normedPK4StepPKtS3_Pt(ptr noundef %61, ptr noundef %62, ptr noundef %65, ptr noundef %66)
  %68 = load ptr, ptr %5, align 8
  %69 = getelementptr inbounds nuw %struct.Step, ptr %68, i32 0, i32 5
  %70 = load ptr, ptr %69, align 8
  %71 = load i64, ptr %11, align 8
  %72 = getelementptr inbounds i16, ptr %70, i64 %71
  call void @_ZL6rotatePK4SteplPKtPt(ptr noundef %59, i64 noundef %60, ptr noundef %67, ptr noundef %72)
  %73 = load ptr, ptr %5, align 8
  %74 = getelementptr inbounds nuw %struct.Step, ptr %73, i32 0, i32 6
  %75 = load ptr, ptr %74, align 8
  %76 = load i64, ptr %11, align 8
  %77 = getelementptr inbounds i16, ptr %75, i64 %76
  %78 = load ptr, ptr %10, align 8
  %79 = load ptr, ptr %5, align 8
  %80 = getelementptr inbounds nuw %struct.Step, ptr %79, i32 0, i32 11
  %81 = load i64, ptr %80, align 8
  %82 = load i64, ptr @HEAD_DIM, align 8
  %83 = mul nsw i64 %81, %82
  %84 = getelementptr inbounds i16, ptr %78, i64 %83
  %85 = load i64, ptr @HEAD_DIM, align 8
  %86 = mul nsw i64 2, %85
  call void @llvm.memcpy.p0.p0.i64(ptr align 2 %77, ptr align 2 %84, i64 %86, i1 false)
  %87 = load i64, ptr %8, align 8
  %88 = load i64, ptr %12, align 8
  %89 = mul nsw i64 %87, %88
  store i64 %89, ptr %13, align 8
  br label %90
90:                                               ; preds = %104, %4
  %91 = load i64, ptr %13, align 8
  %92 = load i64, ptr %8, align 8
  %93 = add nsw i64 %92, 1
  %94 = load i64, ptr %12, align 8
  %95 = mul nsw i64 %93, %94
  %96 = icmp slt i64 %91, %95
  br i1 %96, label %98, label %97
97:                                               ; preds = %90
  br label %107
98:                                               ; preds = %90
  %99 = load ptr, ptr %5, align 8
  %100 = load ptr, ptr %6, align 8
  %101 = load i64, ptr %7, align 8
  %102 = load i64, ptr %13, align 8
  %103 = load i64, ptr %8, align 8
  call void @_ZL6attendPK4StepPflll(ptr noundef %99, ptr noundef %100, i64 noundef %101, i64 noundef %102, i64 noundef %103)
  br label %104
104:                                              ; preds = %98
  %105 = load i64, ptr %13, align 8
  %106 = add nsw i64 %105, 1
  store i64 %106, ptr %13, align 8
  br label %90, !llvm.loop !17
107:                                              ; preds = %97
  ret void
}
define internal void @_ZL6rotatePK4SteplPKtPt(ptr noundef %0, i64 noundef %1, ptr noalias noundef %2, ptr noalias noundef %3) #2 {
  %5 = alloca ptr, align 8
  %6 = alloca i64, align 8
  %7 = alloca ptr, align 8
  %8 = alloca ptr, align 8
  %9 = alloca i64, align 8
  %10 = alloca i64, align 8
  %11 = alloca i32, align 4
  %12 = alloca i64, align 8
  %13 = alloca i64, align 8
  %14 = alloca i64, align 8
  %15 = alloca i64, align 8
  %16 = alloca float, align 4
  store ptr %0, ptr %5, align 8
  store i64 %1, ptr %6, align 8
  store ptr %2, ptr %7, align 8
  store ptr %3, ptr %8, align 8
  %17 = load i64, ptr @ROTARY, align 8
  %18 = sdiv i64 %17, 2
  store i64 %18, ptr %9, align 8
  store i64 0, ptr %10, align 8
  br label %19
19:                                               ; preds = %81, %4
  %20 = load i64, ptr %10, align 8
  %21 = icmp slt i64 %20, 2
  br i1 %21, label %23, label %22
22:                                               ; preds = %19
  store i32 2, ptr %11, align 4
  br label %84
23:                                               ; preds = %19
  store i64 0, ptr %12, align 8
  br label %24
24:                                               ; preds = %77, %23
  %25 = load i64, ptr %12, align 8
  %26 = load i64, ptr %9, align 8
  %27 = icmp slt i64 %25, %26
  br i1 %27, label %29, label %28
28:                                               ; preds = %24
  store i32 5, ptr %11, align 4
  br label %80
29:                                               ; preds = %24
  %30 = load i64, ptr %10, align 8
  %31 = load i64, ptr %9, align 8
  %32 = mul nsw i64 %30, %31
  %33 = load i64, ptr %12, align 8
  %34 = add nsw i64 %32, %33
  store i64 %34, ptr %13, align 8
  %35 = load i64, ptr %10, align 8
  %36 = sub nsw i64 1, %35
  %37 = load i64, ptr %9, align 8
  %38 = mul nsw i64 %36, %37
  %39 = load i64, ptr %12, align 8
  %40 = add nsw i64 %38, %39
  store i64 %40, ptr %14, align 8
  %41 = load i64, ptr %6, align 8
  %42 = load i64, ptr @ROTARY, align 8
  %43 = mul nsw i64 %41, %42
  %44 = load i64, ptr %13, align 8
  %45 = add nsw i64 %43, %44
  store i64 %45, ptr %15, align 8
  %46 = load ptr, ptr %7, align 8
  %47 = load i64, ptr %14, align 8
  %48 = getelementptr inbounds i16, ptr %46, i64 %47
  %49 = load i16, ptr %48, align 2
  %50 = call noundef float @_ZL4widet(i16 noundef zeroext %49)
  %51 = load ptr, ptr %5, align 8
  %52 = getelementptr inbounds nuw %struct.Step, ptr %51, i32 0, i32 3
  %53 = load ptr, ptr %52, align 8
  %54 = load i64, ptr %15, align 8
  %55 = getelementptr inbounds i16, ptr %53, i64 %54
  %56 = load i16, ptr %55, align 2
  %57 = call noundef float @_ZL4widet(i16 noundef zeroext %56)
  %58 = fmul float %50, %57
  store float %58, ptr %16, align 4
  %59 = load ptr, ptr %7, align 8
  %60 = load i64, ptr %13, align 8
  %61 = getelementptr inbounds i16, ptr %59, i64 %60
  %62 = load i16, ptr %61, align 2
  %63 = call noundef float @_ZL4widet(i16 noundef zeroext %62)
  %64 = load ptr, ptr %5, align 8
  %65 = getelementptr inbounds nuw %struct.Step, ptr %64, i32 0, i32 2
  %66 = load ptr, ptr %65, align 8
  %67 = load i64, ptr %15, align 8
  %68 = getelementptr inbounds i16, ptr %66, i64 %67
  %69 = load i16, ptr %68, align 2
  %70 = call noundef float @_ZL4widet(i16 noundef zeroext %69)
  %71 = load float, ptr %16, align 4
  %72 = call float @llvm.fma.f32(float %63, float %70, float %71)
  %73 = call noundef zeroext i16 @_ZL6narrowf(float noundef %72)
  %74 = load ptr, ptr %8, align 8
  %75 = load i64, ptr %13, align 8
  %76 = getelementptr inbounds i16, ptr %74, i64 %75
  store i16 %73, ptr %76, align 2
  br label %77
77:                                               ; preds = %29
  %78 = load i64, ptr %12, align 8
  %79 = add nsw i64 %78, 1
  store i64 %79, ptr %12, align 8
  br label %24, !llvm.loop !18
80:                                               ; preds = %28
  br label %81
81:                                               ; preds = %80
  %82 = load i64, ptr %10, align 8
  %83 = add nsw i64 %82, 1
  store i64 %83, ptr %10, align 8
  br label %19, !llvm.loop !19
84:                                               ; preds = %22
  %85 = load ptr, ptr %8, align 8
  %86 = load i64, ptr @ROTARY, align 8
  %87 = getelementptr inbounds i16, ptr %85, i64 %86
  %88 = load ptr, ptr %7, align 8
  %89 = load i64, ptr @ROTARY, align 8
  %90 = getelementptr inbounds i16, ptr %88, i64 %89
  %91 = load i64, ptr @HEAD_DIM, align 8
  %92 = load i64, ptr @ROTARY, align 8
  %93 = sub nsw i64 %91, %92
  %94 = mul nsw i64 2, %93
  call void @llvm.memcpy.p0.p0.i64(ptr align 2 %87, ptr align 2 %90, i64 %94, i1 false)
  ret void
}
define internal noundef ptr @_ZL6normedPK4StepPKtS3_Pt(ptr noundef %0, ptr noundef %1, ptr noundef %2, ptr noundef %3) #6 {
  %5 = alloca ptr, align 8
  %6 = alloca ptr, align 8
  %7 = alloca ptr, align 8
  %8 = alloca ptr, align 8
  %9 = alloca ptr, align 8
  %10 = alloca <16 x float>, align 64
  %11 = alloca i64, align 8
  %12 = alloca float, align 4
  %13 = alloca i64, align 8
  store ptr %0, ptr %6, align 8
  store ptr %1, ptr %7, align 8
  store ptr %2, ptr %8, align 8
  store ptr %3, ptr %9, align 8
  %14 = load i64, ptr @NORMED, align 8
  %15 = icmp ne i64 %14, 0
  br i1 %15, label %18, label %16
16:                                               ; preds = %4
  %17 = load ptr, ptr %7, align 8
  store ptr %17, ptr %5, align 8
  br label %77
18:                                               ; preds = %4
  store <16 x float> zeroinitializer, ptr %10, align 64
  store i64 0, ptr %11, align 8
  br label %19
19:                                               ; preds = %35, %18
  %20 = load i64, ptr %11, align 8
  %21 = load i64, ptr @HEAD_DIM, align 8
  %22 = icmp slt i64 %20, %21
  br i1 %22, label %24, label %23
23:                                               ; preds = %19
  br label %38
24:                                               ; preds = %19
  %25 = load ptr, ptr %7, align 8
  %26 = load i64, ptr %11, align 8
  %27 = getelementptr inbounds i16, ptr %25, i64 %26
  %28 = call noundef <16 x float> @_ZL4wideILi16EEDvmlLm4ET__fPKt(ptr noundef %27)
  %29 = load ptr, ptr %7, align 8
  %30 = load i64, ptr %11, align 8
  %31 = getelementptr inbounds i16, ptr %29, i64 %30
  %32 = call noundef <16 x float> @_ZL4wideILi16EEDvmlLm4ET__fPKt(ptr noundef %31)
  %33 = load <16 x float>, ptr %10, align 64
  %34 = call noundef <16 x float> @_ZL3fmaIDv16_fET_S1_S1_S1_(<16 x float> noundef %28, <16 x float> noundef %32, <16 x float> noundef %33)
  store <16 x float> %34, ptr %10, align 64
  br label %35
35:                                               ; preds = %24
  %36 = load i64, ptr %11, align 8
  %37 = add nsw i64 %36, 16
  store i64 %37, ptr %11, align 8
  br label %19, !llvm.loop !20
38:                                               ; preds = %23
  %39 = load <16 x float>, ptr %10, align 64
  %40 = call noundef float @_ZL5totalIDv16_fEfT_(<16 x float> noundef %39)
  %41 = load i64, ptr @HEAD_DIM, align 8
  %42 = sitofp i64 %41 to float
  %43 = fdiv float %40, %42
  %44 = load ptr, ptr %6, align 8
  %45 = getelementptr inbounds nuw %struct.Step, ptr %44, i32 0, i32 15
  %46 = load float, ptr %45, align 8
  %47 = fadd float %43, %46
  %48 = call float @llvm.sqrt.f32(float %47)
  %49 = fdiv float 1.000000e+00, %48
  store float %49, ptr %12, align 4
  store i64 0, ptr %13, align 8
  br label %50
50:                                               ; preds = %72, %38
  %51 = load i64, ptr %13, align 8
  %52 = load i64, ptr @HEAD_DIM, align 8
  %53 = icmp slt i64 %51, %52
  br i1 %53, label %55, label %54
54:                                               ; preds = %50
  br label %75
55:                                               ; preds = %50
  %56 = load ptr, ptr %9, align 8
  %57 = load i64, ptr %13, align 8
  %58 = getelementptr inbounds i16, ptr %56, i64 %57
  %59 = load ptr, ptr %7, align 8
  %60 = load i64, ptr %13, align 8
  %61 = getelementptr inbounds i16, ptr %59, i64 %60
  %62 = call noundef <16 x float> @_ZL4wideILi16EEDvmlLm4ET__fPKt(ptr noundef %61)
  %63 = load float, ptr %12, align 4
  %64 = insertelement <16 x float> poison, float %63, i64 0
  %65 = shufflevector <16 x float> %64, <16 x float> poison, <16 x i32> zeroinitializer
  %66 = fmul <16 x float> %62, %65
  %67 = load ptr, ptr %8, align 8
  %68 = load i64, ptr %13, align 8
  %69 = getelementptr inbounds i16, ptr %67, i64 %68
  %70 = call noundef <16 x float> @_ZL4wideILi16EEDvmlLm4ET__fPKt(ptr noundef %69)
  %71 = fmul <16 x float> %66, %70
  call void @_ZL8round_toIDv16_fEvPtT_(ptr noundef %58, <16 x float> noundef %71)
  br label %72
72:                                               ; preds = %55
  %73 = load i64, ptr %13, align 8
  %74 = add nsw i64 %73, 16
  store i64 %74, ptr %13, align 8
  br label %50, !llvm.loop !21
75:                                               ; preds = %54
  %76 = load ptr, ptr %9, align 8
  store ptr %76, ptr %5, align 8
  br label %77
77:                                               ; preds = %75, %16
  %78 = load ptr, ptr %5, align 8
  ret ptr %78
}
define internal void @_ZL6attendPK4StepPflll(ptr noundef %0, ptr noundef %1, i64 noundef %2, i64 noundef %3, i64 noundef %4) #10 {
  %6 = alloca ptr, align 8
  %7 = alloca ptr, align 8
  %8 = alloca i64, align 8
  %9 = alloca i64, align 8
  %10 = alloca i64, align 8
  %11 = alloca [256 x i16], align 16
  %12 = alloca [256 x i16], align 16
  %13 = alloca ptr, align 8
  %14 = alloca i64, align 8
  %15 = alloca i64, align 8
  %16 = alloca float, align 4
  %17 = alloca float, align 4
  %18 = alloca [16 x <16 x float>], align 64
  %19 = alloca i64, align 8
  %20 = alloca i64, align 8
  %21 = alloca i32, align 4
  %22 = alloca ptr, align 8
  %23 = alloca i64, align 8
  %24 = alloca ptr, align 8
  %25 = alloca i64, align 8
  store ptr %0, ptr %6, align 8
  store ptr %1, ptr %7, align 8
  store i64 %2, ptr %8, align 8
  store i64 %3, ptr %9, align 8
  store i64 %4, ptr %10, align 8
  %26 = load ptr, ptr %6, align 8
  %27 = getelementptr inbounds nuw %struct.Step, ptr %26, i32 0, i32 0
  %28 = load ptr, ptr %27, align 8
  %29 = load i64, ptr %8, align 8
  %30 = load ptr, ptr %6, align 8
  %31 = getelementptr inbounds nuw %struct.Step, ptr %30, i32 0, i32 16
  %32 = getelementptr inbounds nuw %struct.Activated, ptr %31, i32 0, i32 4
  %33 = load i64, ptr %32, align 8
  %34 = mul nsw i64 %29, %33
  %35 = getelementptr inbounds i16, ptr %28, i64 %34
  %36 = load i64, ptr %9, align 8
  %37 = load i64, ptr @HEAD_DIM, align 8
  %38 = mul nsw i64 %36, %37
  %39 = getelementptr inbounds i16, ptr %35, i64 %38
  store ptr %39, ptr %13, align 8
  %40 = load i64, ptr %8, align 8
  %41 = load ptr, ptr %6, align 8
  %42 = getelementptr inbounds nuw %struct.Step, ptr %41, i32 0, i32 12
  %43 = load i64, ptr %42, align 8
  %44 = mul nsw i64 %40, %43
  %45 = load i64, ptr %10, align 8
  %46 = load ptr, ptr %6, align 8
  %47 = getelementptr inbounds nuw %struct.Step, ptr %46, i32 0, i32 13
  %48 = load i64, ptr %47, align 8
  %49 = mul nsw i64 %45, %48
  %50 = add nsw i64 %44, %49
  store i64 %50, ptr %14, align 8
  %51 = load ptr, ptr %6, align 8
  %52 = getelementptr inbounds nuw %struct.Step, ptr %51, i32 0, i32 4
  %53 = load ptr, ptr %52, align 8
  %54 = load i64, ptr %8, align 8
  %55 = getelementptr inbounds i64, ptr %53, i64 %54
  %56 = load i64, ptr %55, align 8
  store i64 %56, ptr %15, align 8
  %57 = load ptr, ptr %6, align 8
  %58 = load i64, ptr %8, align 8
  %59 = load ptr, ptr %6, align 8
  %60 = load ptr, ptr %13, align 8
  %61 = load ptr, ptr %6, align 8
  %62 = getelementptr inbounds nuw %struct.Step, ptr %61, i32 0, i32 7
  %63 = load ptr, ptr %62, align 8
  %64 = getelementptr inbounds [256 x i16], ptr %11, i64 0, i64 0
  %65 = call noundef ptr @_ZL6normedPK4StepPKtS3_Pt(ptr noundef %59, ptr noundef %60, ptr noundef %63, ptr noundef %64)
  %66 = getelementptr inbounds [256 x i16], ptr %12, i64 0, i64 0
  call void @_ZL6rotatePK4SteplPKtPt(ptr noundef %57, i64 noundef %58, ptr noundef %65, ptr noundef %66)
  %67 = getelementptr inbounds [256 x i16], ptr %12, i64 0, i64 0
  %68 = load ptr, ptr %6, align 8
  %69 = getelementptr inbounds nuw %struct.Step, ptr %68, i32 0, i32 5
  %70 = load ptr, ptr %69, align 8
  %71 = load i64, ptr %14, align 8
  %72 = getelementptr inbounds i16, ptr %70, i64 %71
  %73 = load i64, ptr %15, align 8
  %74 = load ptr, ptr %7, align 8
  %75 = call noundef float @_ZL12write_scoresPKtS0_lPf(ptr noundef %67, ptr noundef %72, i64 noundef %73, ptr noundef %74)
  store float %75, ptr %16, align 4
  %76 = load float, ptr %16, align 4
  %77 = load i64, ptr %15, align 8
  %78 = load ptr, ptr %7, align 8
  %79 = call noundef float @_ZL12exponentialsflPf(float noundef %76, i64 noundef %77, ptr noundef %78)
  %80 = fdiv float 1.000000e+00, %79
  store float %80, ptr %17, align 4
  store i64 0, ptr %19, align 8
  br label %81
81:                                               ; preds = %90, %5
  %82 = load i64, ptr %19, align 8
  %83 = load i64, ptr @HEAD_DIM, align 8
  %84 = icmp slt i64 %82, %83
  br i1 %84, label %86, label %85
85:                                               ; preds = %81
  br label %93
86:                                               ; preds = %81
  %87 = load i64, ptr %19, align 8
  %88 = sdiv i64 %87, 16
  %89 = getelementptr inbounds [16 x <16 x float>], ptr %18, i64 0, i64 %88
  store <16 x float> zeroinitializer, ptr %89, align 64
  br label %90
90:                                               ; preds = %86
  %91 = load i64, ptr %19, align 8
  %92 = add nsw i64 %91, 16
  store i64 %92, ptr %19, align 8
  br label %81, !llvm.loop !22
93:                                               ; preds = %85
  store i64 0, ptr %20, align 8
  br label %94
94:                                               ; preds = %145, %93
  %95 = load i64, ptr %20, align 8
  %96 = load i64, ptr %15, align 8
  %97 = icmp sle i64 %95, %96
  br i1 %97, label %99, label %98
98:                                               ; preds = %94
  store i32 5, ptr %21, align 4
  br label %148
99:                                               ; preds = %94
  %100 = load ptr, ptr %6, align 8
  %101 = getelementptr inbounds nuw %struct.Step, ptr %100, i32 0, i32 6
  %102 = load ptr, ptr %101, align 8
  %103 = load i64, ptr %14, align 8
  %104 = getelementptr inbounds i16, ptr %102, i64 %103
  %105 = load i64, ptr %20, align 8
  %106 = load i64, ptr @HEAD_DIM, align 8
  %107 = mul nsw i64 %105, %106
  %108 = getelementptr inbounds i16, ptr %104, i64 %107
  store ptr %108, ptr %22, align 8
  store i64 0, ptr %23, align 8
  br label %109
109:                                              ; preds = %141, %99
  %110 = load i64, ptr %23, align 8
  %111 = load i64, ptr @HEAD_DIM, align 8
  %112 = icmp slt i64 %110, %111
  br i1 %112, label %114, label %113
113:                                              ; preds = %109
  store i32 8, ptr %21, align 4
  br label %144
114:                                              ; preds = %109
  %115 = load i64, ptr %23, align 8
  %116 = srem i64 %115, 32
  %117 = icmp eq i64 %116, 0
  br i1 %117, label %118, label %123
118:                                              ; preds = %114
  %119 = load ptr, ptr %22, align 8
  %120 = load i64, ptr %23, align 8
  %121 = getelementptr inbounds i16, ptr %119, i64 %120
  %122 = getelementptr inbounds i8, ptr %121, i64 2560
  call void @llvm.prefetch.p0(ptr %122, i32 0, i32 3, i32 1)
  br label %123
123:                                              ; preds = %118, %114
  %124 = load ptr, ptr %7, align 8
  %125 = load i64, ptr %20, align 8
  %126 = getelementptr inbounds float, ptr %124, i64 %125
  %127 = load float, ptr %126, align 4
  %128 = call noundef <16 x float> @_ZL3allf(float noundef %127)
  %129 = load ptr, ptr %22, align 8
  %130 = load i64, ptr %23, align 8
  %131 = getelementptr inbounds i16, ptr %129, i64 %130
  %132 = call noundef <16 x float> @_ZL4wideILi16EEDvmlLm4ET__fPKt(ptr noundef %131)
  %133 = load i64, ptr %23, align 8
  %134 = sdiv i64 %133, 16
  %135 = getelementptr inbounds [16 x <16 x float>], ptr %18, i64 0, i64 %134
  %136 = load <16 x float>, ptr %135, align 64
  %137 = call noundef <16 x float> @_ZL3fmaIDv16_fET_S1_S1_S1_(<16 x float> noundef %128, <16 x float> noundef %132, <16 x float> noundef %136)
  %138 = load i64, ptr %23, align 8
  %139 = sdiv i64 %138, 16
  %140 = getelementptr inbounds [16 x <16 x float>], ptr %18, i64 0, i64 %139
  store <16 x float> %137, ptr %140, align 64
  br label %141
141:                                              ; preds = %123
  %142 = load i64, ptr %23, align 8
  %143 = add nsw i64 %142, 16
  store i64 %143, ptr %23, align 8
  br label %109, !llvm.loop !23
144:                                              ; preds = %113
  br label %145
145:                                              ; preds = %144
  %146 = load i64, ptr %20, align 8
  %147 = add nsw i64 %146, 1
  store i64 %147, ptr %20, align 8
  br label %94, !llvm.loop !24
148:                                              ; preds = %98
  %149 = load ptr, ptr %6, align 8
  %150 = getelementptr inbounds nuw %struct.Step, ptr %149, i32 0, i32 1
  %151 = load ptr, ptr %150, align 8
  %152 = load i64, ptr %8, align 8
  %153 = load ptr, ptr %6, align 8
  %154 = getelementptr inbounds nuw %struct.Step, ptr %153, i32 0, i32 16
  %155 = getelementptr inbounds nuw %struct.Activated, ptr %154, i32 0, i32 5
  %156 = load i64, ptr %155, align 8
  %157 = mul nsw i64 %152, %156
  %158 = getelementptr inbounds i16, ptr %151, i64 %157
  %159 = load i64, ptr %9, align 8
  %160 = load i64, ptr @HEAD_DIM, align 8
  %161 = mul nsw i64 %159, %160
  %162 = getelementptr inbounds i16, ptr %158, i64 %161
  store ptr %162, ptr %24, align 8
  store i64 0, ptr %25, align 8
  br label %163
163:                                              ; preds = %180, %148
  %164 = load i64, ptr %25, align 8
  %165 = load i64, ptr @HEAD_DIM, align 8
  %166 = icmp slt i64 %164, %165
  br i1 %166, label %168, label %167
167:                                              ; preds = %163
  store i32 11, ptr %21, align 4
  br label %183
168:                                              ; preds = %163
  %169 = load ptr, ptr %24, align 8
  %170 = load i64, ptr %25, align 8
  %171 = getelementptr inbounds i16, ptr %169, i64 %170
  %172 = load i64, ptr %25, align 8
  %173 = sdiv i64 %172, 16
  %174 = getelementptr inbounds [16 x <16 x float>], ptr %18, i64 0, i64 %173
  %175 = load <16 x float>, ptr %174, align 64
  %176 = load float, ptr %17, align 4
  %177 = insertelement <16 x float> poison, float %176, i64 0
  %178 = shufflevector <16 x float> %177, <16 x float> poison, <16 x i32> zeroinitializer
  %179 = fmul <16 x float> %175, %178
  call void @_ZL8round_toIDv16_fEvPtT_(ptr noundef %171, <16 x float> noundef %179)
  br label %180
180:                                              ; preds = %168
  %181 = load i64, ptr %25, align 8
  %182 = add nsw i64 %181, 16
  store i64 %182, ptr %25, align 8
  br label %163, !llvm.loop !25
183:                                              ; preds = %167
  ret void
}
define internal noundef float @_ZL4widet(i16 noundef zeroext %0) #2 {
  %2 = alloca i16, align 2
  %3 = alloca i32, align 4
  store i16 %0, ptr %2, align 2
  %4 = load i16, ptr %2, align 2
  %5 = zext i16 %4 to i32
  %6 = shl i32 %5, 16
  store i32 %6, ptr %3, align 4
  %7 = load float, ptr %3, align 4
  ret float %7
}
define internal noundef zeroext i16 @_ZL6narrowf(float noundef %0) #2 {
  %2 = alloca float, align 4
  %3 = alloca i32, align 4
  store float %0, ptr %2, align 4
  %4 = load i32, ptr %2, align 4
  store i32 %4, ptr %3, align 4
  %5 = load float, ptr %2, align 4
  %6 = load float, ptr %2, align 4
  %7 = fcmp une float %5, %6
  br i1 %7, label %8, label %9
8:                                                ; preds = %1
  br label %17
9:                                                ; preds = %1
  %10 = load i32, ptr %3, align 4
  %11 = add i32 %10, 32767
  %12 = load i32, ptr %3, align 4
  %13 = lshr i32 %12, 16
  %14 = and i32 %13, 1
  %15 = add i32 %11, %14
  %16 = lshr i32 %15, 16
  br label %17
17:                                               ; preds = %9, %8
  %18 = phi i32 [ 32704, %8 ], [ %16, %9 ]
  %19 = trunc i32 %18 to i16
  ret i16 %19
}
declare float @llvm.fma.f32(float, float, float) #8
define internal noundef float @_ZL5totalIDv16_fEfT_(<16 x float> noundef %0) #6 {
  %2 = alloca <16 x float>, align 64
  %3 = alloca i32, align 4
  %4 = alloca %class.anon.8, align 1
  %5 = alloca %class.anon.10, align 1
  store <16 x float> %0, ptr %2, align 64
  store i32 8, ptr %3, align 4
  %6 = load <16 x float>, ptr %2, align 64
  %7 = load <16 x float>, ptr %2, align 64
  %8 = call noundef <8 x float> @"_ZL4pickILi8EDv16_f3$_0EDaT0_S2_T1_"(<16 x float> noundef %6, <16 x float> noundef %7)
  %9 = load <16 x float>, ptr %2, align 64
  %10 = load <16 x float>, ptr %2, align 64
  %11 = call noundef <8 x float> @_ZL4pickILi8EDv16_fZL5totalIS0_EfT_EUliE_EDaT0_S4_T1_(<16 x float> noundef %9, <16 x float> noundef %10)
  %12 = fadd <8 x float> %8, %11
  %13 = call noundef float @_ZL5totalIDv8_fEfT_(<8 x float> noundef %12)
  ret float %13
}
declare float @llvm.sqrt.f32(float) #8
define internal noundef float @_ZL5totalIDv8_fEfT_(<8 x float> noundef %0) #7 {
  %2 = alloca <8 x float>, align 32
  %3 = alloca i32, align 4
  %4 = alloca %class.anon.8, align 1
  %5 = alloca %class.anon.12, align 1
  store <8 x float> %0, ptr %2, align 32
  store i32 4, ptr %3, align 4
  %6 = load <8 x float>, ptr %2, align 32
  %7 = load <8 x float>, ptr %2, align 32
  %8 = call noundef <4 x float> @"_ZL4pickILi4EDv8_f3$_0EDaT0_S2_T1_"(<8 x float> noundef %6, <8 x float> noundef %7)
  %9 = load <8 x float>, ptr %2, align 32
  %10 = load <8 x float>, ptr %2, align 32
  %11 = call noundef <4 x float> @_ZL4pickILi4EDv8_fZL5totalIS0_EfT_EUliE_EDaT0_S4_T1_(<8 x float> noundef %9, <8 x float> noundef %10)
  %12 = fadd <4 x float> %8, %11
  %13 = call noundef float @_ZL5totalIDv4_fEfT_(<4 x float> noundef %12)
  ret float %13
}
define internal noundef <8 x float> @"_ZL4pickILi8EDv16_f3$_0EDaT0_S2_T1_"(<16 x float> noundef %0, <16 x float> noundef %1) #6 {
  %3 = alloca %class.anon.8, align 1
  %4 = alloca <16 x float>, align 64
  %5 = alloca <16 x float>, align 64
  %6 = alloca %class.anon.8, align 1
  %7 = alloca %struct.Sequence.14, align 1
  store <16 x float> %0, ptr %4, align 64
  store <16 x float> %1, ptr %5, align 64
  %8 = load <16 x float>, ptr %4, align 64
  %9 = load <16 x float>, ptr %5, align 64
  %10 = call noundef <8 x float> @"_ZL7pick_ofIDv16_f3$_0JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<16 x float> noundef %8, <16 x float> noundef %9)
  ret <8 x float> %10
}
define internal noundef <8 x float> @_ZL4pickILi8EDv16_fZL5totalIS0_EfT_EUliE_EDaT0_S4_T1_(<16 x float> noundef %0, <16 x float> noundef %1) #6 {
  %3 = alloca %class.anon.10, align 1
  %4 = alloca <16 x float>, align 64
  %5 = alloca <16 x float>, align 64
  %6 = alloca %class.anon.10, align 1
  %7 = alloca %struct.Sequence.14, align 1
  store <16 x float> %0, ptr %4, align 64
  store <16 x float> %1, ptr %5, align 64
  %8 = load <16 x float>, ptr %4, align 64
  %9 = load <16 x float>, ptr %5, align 64
  %10 = call noundef <8 x float> @_ZL7pick_ofIDv16_fZL5totalIS0_EfT_EUliE_JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7EEEDaS2_S2_T0_8SequenceIiJXspT1_EEE(<16 x float> noundef %8, <16 x float> noundef %9)
  ret <8 x float> %10
}
define internal noundef float @_ZL5totalIDv4_fEfT_(<4 x float> noundef %0) #11 {
  %2 = alloca <4 x float>, align 16
  %3 = alloca i32, align 4
  store <4 x float> %0, ptr %2, align 16
  store i32 2, ptr %3, align 4
  %4 = load <4 x float>, ptr %2, align 16
  %5 = extractelement <4 x float> %4, i32 0
  %6 = load <4 x float>, ptr %2, align 16
  %7 = extractelement <4 x float> %6, i32 2
  %8 = fadd float %5, %7
  %9 = load <4 x float>, ptr %2, align 16
  %10 = extractelement <4 x float> %9, i32 1
  %11 = load <4 x float>, ptr %2, align 16
  %12 = extractelement <4 x float> %11, i32 3
  %13 = fadd float %10, %12
  %14 = fadd float %8, %13
  ret float %14
}
define internal noundef <4 x float> @"_ZL4pickILi4EDv8_f3$_0EDaT0_S2_T1_"(<8 x float> noundef %0, <8 x float> noundef %1) #7 {
  %3 = alloca %class.anon.8, align 1
  %4 = alloca <8 x float>, align 32
  %5 = alloca <8 x float>, align 32
  %6 = alloca %class.anon.8, align 1
  %7 = alloca %struct.Sequence, align 1
  store <8 x float> %0, ptr %4, align 32
  store <8 x float> %1, ptr %5, align 32
  %8 = load <8 x float>, ptr %4, align 32
  %9 = load <8 x float>, ptr %5, align 32
  %10 = call noundef <4 x float> @"_ZL7pick_ofIDv8_f3$_0JLi0ELi1ELi2ELi3EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<8 x float> noundef %8, <8 x float> noundef %9)
  ret <4 x float> %10
}
define internal noundef <4 x float> @_ZL4pickILi4EDv8_fZL5totalIS0_EfT_EUliE_EDaT0_S4_T1_(<8 x float> noundef %0, <8 x float> noundef %1) #7 {
  %3 = alloca %class.anon.12, align 1
  %4 = alloca <8 x float>, align 32
  %5 = alloca <8 x float>, align 32
  %6 = alloca %class.anon.12, align 1
  %7 = alloca %struct.Sequence, align 1
  store <8 x float> %0, ptr %4, align 32
  store <8 x float> %1, ptr %5, align 32
  %8 = load <8 x float>, ptr %4, align 32
  %9 = load <8 x float>, ptr %5, align 32
  %10 = call noundef <4 x float> @_ZL7pick_ofIDv8_fZL5totalIS0_EfT_EUliE_JLi0ELi1ELi2ELi3EEEDaS2_S2_T0_8SequenceIiJXspT1_EEE(<8 x float> noundef %8, <8 x float> noundef %9)
  ret <4 x float> %10
}
define internal noundef <4 x float> @"_ZL7pick_ofIDv8_f3$_0JLi0ELi1ELi2ELi3EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<8 x float> noundef %0, <8 x float> noundef %1) #7 {
  %3 = alloca %class.anon.8, align 1
  %4 = alloca %struct.Sequence, align 1
  %5 = alloca <8 x float>, align 32
  %6 = alloca <8 x float>, align 32
  store <8 x float> %0, ptr %5, align 32
  store <8 x float> %1, ptr %6, align 32
  %7 = load <8 x float>, ptr %5, align 32
  %8 = load <8 x float>, ptr %6, align 32
  %9 = shufflevector <8 x float> %7, <8 x float> %8, <4 x i32> <i32 0, i32 1, i32 2, i32 3>
  ret <4 x float> %9
}
define internal noundef <4 x float> @_ZL7pick_ofIDv8_fZL5totalIS0_EfT_EUliE_JLi0ELi1ELi2ELi3EEEDaS2_S2_T0_8SequenceIiJXspT1_EEE(<8 x float> noundef %0, <8 x float> noundef %1) #7 {
  %3 = alloca %class.anon.12, align 1
  %4 = alloca %struct.Sequence, align 1
  %5 = alloca <8 x float>, align 32
  %6 = alloca <8 x float>, align 32
  store <8 x float> %0, ptr %5, align 32
  store <8 x float> %1, ptr %6, align 32
  %7 = load <8 x float>, ptr %5, align 32
  %8 = load <8 x float>, ptr %6, align 32
  %9 = shufflevector <8 x float> %7, <8 x float> %8, <4 x i32> <i32 4, i32 5, i32 6, i32 7>
  ret <4 x float> %9
}
define internal noundef <8 x float> @"_ZL7pick_ofIDv16_f3$_0JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<16 x float> noundef %0, <16 x float> noundef %1) #6 {
  %3 = alloca %class.anon.8, align 1
  %4 = alloca %struct.Sequence.14, align 1
  %5 = alloca <16 x float>, align 64
  %6 = alloca <16 x float>, align 64
  store <16 x float> %0, ptr %5, align 64
  store <16 x float> %1, ptr %6, align 64
  %7 = load <16 x float>, ptr %5, align 64
  %8 = load <16 x float>, ptr %6, align 64
  %9 = shufflevector <16 x float> %7, <16 x float> %8, <8 x i32> <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7>
  ret <8 x float> %9
}
define internal noundef <8 x float> @_ZL7pick_ofIDv16_fZL5totalIS0_EfT_EUliE_JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7EEEDaS2_S2_T0_8SequenceIiJXspT1_EEE(<16 x float> noundef %0, <16 x float> noundef %1) #6 {
  %3 = alloca %class.anon.10, align 1
  %4 = alloca %struct.Sequence.14, align 1
  %5 = alloca <16 x float>, align 64
  %6 = alloca <16 x float>, align 64
  store <16 x float> %0, ptr %5, align 64
  store <16 x float> %1, ptr %6, align 64
  %7 = load <16 x float>, ptr %5, align 64
  %8 = load <16 x float>, ptr %6, align 64
  %9 = shufflevector <16 x float> %7, <16 x float> %8, <8 x i32> <i32 8, i32 9, i32 10, i32 11, i32 12, i32 13, i32 14, i32 15>
  ret <8 x float> %9
}
define internal noundef float @_ZL12write_scoresPKtS0_lPf(ptr noundef %0, ptr noundef %1, i64 noundef %2, ptr noundef %3) #6 {
  %5 = alloca ptr, align 8
  %6 = alloca ptr, align 8
  %7 = alloca i64, align 8
  %8 = alloca ptr, align 8
  %9 = alloca <16 x float>, align 64
  %10 = alloca i64, align 8
  %11 = alloca <16 x float>, align 64
  store ptr %0, ptr %5, align 8
  store ptr %1, ptr %6, align 8
  store i64 %2, ptr %7, align 8
  store ptr %3, ptr %8, align 8
  %12 = call noundef <16 x float> @_ZL3allf(float noundef 0xFFF0000000000000)
  store <16 x float> %12, ptr %9, align 64
  store i64 0, ptr %10, align 8
  br label %13
13:                                               ; preds = %49, %4
  %14 = load i64, ptr %10, align 8
  %15 = load i64, ptr %7, align 8
  %16 = icmp sle i64 %14, %15
  br i1 %16, label %18, label %17
17:                                               ; preds = %13
  br label %52
18:                                               ; preds = %13
  %19 = load i64, ptr %10, align 8
  %20 = add nsw i64 %19, 15
  %21 = load i64, ptr %7, align 8
  %22 = icmp sle i64 %20, %21
  br i1 %22, label %23, label %29
23:                                               ; preds = %18
  %24 = load ptr, ptr %5, align 8
  %25 = load ptr, ptr %6, align 8
  %26 = load i64, ptr %10, align 8
  %27 = load i64, ptr %7, align 8
  %28 = call noundef <16 x float> @_ZL5scoreILb0EEDv16_fPKtS2_ll(ptr noundef %24, ptr noundef %25, i64 noundef %26, i64 noundef %27)
  br label %35
29:                                               ; preds = %18
  %30 = load ptr, ptr %5, align 8
  %31 = load ptr, ptr %6, align 8
  %32 = load i64, ptr %10, align 8
  %33 = load i64, ptr %7, align 8
  %34 = call noundef <16 x float> @_ZL5scoreILb1EEDv16_fPKtS2_ll(ptr noundef %30, ptr noundef %31, i64 noundef %32, i64 noundef %33)
  br label %35
35:                                               ; preds = %29, %23
  %36 = phi <16 x float> [ %28, %23 ], [ %34, %29 ]
  store <16 x float> %36, ptr %11, align 64
  %37 = load ptr, ptr %8, align 8
  %38 = load i64, ptr %10, align 8
  %39 = getelementptr inbounds float, ptr %37, i64 %38
  %40 = load <16 x float>, ptr %11, align 64
  call void @_ZL3putIDv16_fEvPvT_(ptr noundef %39, <16 x float> noundef %40)
  %41 = load <16 x float>, ptr %9, align 64
  %42 = load <16 x float>, ptr %11, align 64
  %43 = fcmp ogt <16 x float> %41, %42
  %44 = sext <16 x i1> %43 to <16 x i32>
  %45 = load <16 x float>, ptr %9, align 64
  %46 = load <16 x float>, ptr %11, align 64
  %47 = icmp ne <16 x i32> %44, zeroinitializer
  %48 = select <16 x i1> %47, <16 x float> %45, <16 x float> %46
  store <16 x float> %48, ptr %9, align 64
  br label %49
49:                                               ; preds = %35
  %50 = load i64, ptr %10, align 8
  %51 = add nsw i64 %50, 16
  store i64 %51, ptr %10, align 8
  br label %13, !llvm.loop !26
52:                                               ; preds = %17
  %53 = load <16 x float>, ptr %9, align 64
  %54 = call float @llvm.vector.reduce.fmax.v16f32(<16 x float> %53)
  ret float %54
}
define internal noundef float @_ZL12exponentialsflPf(float noundef %0, i64 noundef %1, ptr noundef %2) #6 {
  %4 = alloca float, align 4
  %5 = alloca i64, align 8
  %6 = alloca ptr, align 8
  %7 = alloca <16 x float>, align 64
  %8 = alloca <16 x i32>, align 64
  %9 = alloca i64, align 8
  %10 = alloca <16 x float>, align 64
  store float %0, ptr %4, align 4
  store i64 %1, ptr %5, align 8
  store ptr %2, ptr %6, align 8
  store <16 x float> zeroinitializer, ptr %7, align 64
  store <16 x i32> <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7, i32 8, i32 9, i32 10, i32 11, i32 12, i32 13, i32 14, i32 15>, ptr %8, align 64
  store i64 0, ptr %9, align 8
  br label %11
11:                                               ; preds = %44, %3
  %12 = load i64, ptr %9, align 8
  %13 = load i64, ptr %5, align 8
  %14 = icmp sle i64 %12, %13
  br i1 %14, label %16, label %15
15:                                               ; preds = %11
  br label %47
16:                                               ; preds = %11
  %17 = load ptr, ptr %6, align 8
  %18 = load i64, ptr %9, align 8
  %19 = getelementptr inbounds float, ptr %17, i64 %18
  %20 = call noundef <16 x float> @_ZL4loadIDv16_fET_PKv(ptr noundef %19)
  %21 = load float, ptr %4, align 4
  %22 = insertelement <16 x float> poison, float %21, i64 0
  %23 = shufflevector <16 x float> %22, <16 x float> poison, <16 x i32> zeroinitializer
  %24 = fsub <16 x float> %20, %23
  %25 = call noundef <16 x float> @_ZL3expDv16_f(<16 x float> noundef %24)
  store <16 x float> %25, ptr %10, align 64
  %26 = load ptr, ptr %6, align 8
  %27 = load i64, ptr %9, align 8
  %28 = getelementptr inbounds float, ptr %26, i64 %27
  %29 = load <16 x float>, ptr %10, align 64
  call void @_ZL3putIDv16_fEvPvT_(ptr noundef %28, <16 x float> noundef %29)
  %30 = load i64, ptr %5, align 8
  %31 = load i64, ptr %9, align 8
  %32 = sub nsw i64 %30, %31
  %33 = call noundef i64 @_ZL5leastll(i64 noundef %32, i64 noundef 15)
  %34 = trunc i64 %33 to i32
  %35 = insertelement <16 x i32> poison, i32 %34, i64 0
  %36 = shufflevector <16 x i32> %35, <16 x i32> poison, <16 x i32> zeroinitializer
  %37 = icmp sle <16 x i32> <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7, i32 8, i32 9, i32 10, i32 11, i32 12, i32 13, i32 14, i32 15>, %36
  %38 = sext <16 x i1> %37 to <16 x i32>
  %39 = load <16 x float>, ptr %10, align 64
  %40 = icmp ne <16 x i32> %38, zeroinitializer
  %41 = select <16 x i1> %40, <16 x float> %39, <16 x float> zeroinitializer
  %42 = load <16 x float>, ptr %7, align 64
  %43 = fadd <16 x float> %42, %41
  store <16 x float> %43, ptr %7, align 64
  br label %44
44:                                               ; preds = %16
  %45 = load i64, ptr %9, align 8
  %46 = add nsw i64 %45, 16
  store i64 %46, ptr %9, align 8
  br label %11, !llvm.loop !27
47:                                               ; preds = %15
  %48 = load <16 x float>, ptr %7, align 64
  %49 = call noundef float @_ZL5totalIDv16_fEfT_(<16 x float> noundef %48)
  ret float %49
}
declare void @llvm.prefetch.p0(ptr readonly captures(none), i32 immarg, i32 immarg, i32 immarg) #12
define internal noundef <16 x float> @_ZL5scoreILb0EEDv16_fPKtS2_ll(ptr noundef %0, ptr noundef %1, i64 noundef %2, i64 noundef %3) #6 {
  %5 = alloca ptr, align 8
  %6 = alloca ptr, align 8
  %7 = alloca i64, align 8
  %8 = alloca i64, align 8
  %9 = alloca [16 x <16 x float>], align 64
  %10 = alloca i32, align 4
  %11 = alloca i32, align 4
  %12 = alloca ptr, align 8
  %13 = alloca i64, align 8
  store ptr %0, ptr %5, align 8
  store ptr %1, ptr %6, align 8
  store i64 %2, ptr %7, align 8
  store i64 %3, ptr %8, align 8
  store i32 0, ptr %10, align 4
  br label %14
14:                                               ; preds = %66, %4
  %15 = load i32, ptr %10, align 4
  %16 = icmp slt i32 %15, 16
  br i1 %16, label %18, label %17
17:                                               ; preds = %14
  store i32 2, ptr %11, align 4
  br label %69
18:                                               ; preds = %14
  %19 = load ptr, ptr %6, align 8
  %20 = load i64, ptr %7, align 8
  %21 = load i32, ptr %10, align 4
  %22 = sext i32 %21 to i64
  %23 = add nsw i64 %20, %22
  %24 = load i64, ptr @HEAD_DIM, align 8
  %25 = mul nsw i64 %23, %24
  %26 = getelementptr inbounds i16, ptr %19, i64 %25
  store ptr %26, ptr %12, align 8
  %27 = load i32, ptr %10, align 4
  %28 = sext i32 %27 to i64
  %29 = getelementptr inbounds [16 x <16 x float>], ptr %9, i64 0, i64 %28
  store <16 x float> zeroinitializer, ptr %29, align 64
  store i64 0, ptr %13, align 8
  br label %30
30:                                               ; preds = %62, %18
  %31 = load i64, ptr %13, align 8
  %32 = load i64, ptr @HEAD_DIM, align 8
  %33 = icmp slt i64 %31, %32
  br i1 %33, label %35, label %34
34:                                               ; preds = %30
  store i32 5, ptr %11, align 4
  br label %65
35:                                               ; preds = %30
  %36 = load ptr, ptr %12, align 8
  %37 = load i64, ptr %13, align 8
  %38 = getelementptr inbounds i16, ptr %36, i64 %37
  %39 = getelementptr inbounds i8, ptr %38, i64 2560
  call void @llvm.prefetch.p0(ptr %39, i32 0, i32 3, i32 1)
  %40 = load i32, ptr %10, align 4
  %41 = sext i32 %40 to i64
  %42 = getelementptr inbounds [16 x <16 x float>], ptr %9, i64 0, i64 %41
  %43 = load <16 x float>, ptr %42, align 64
  %44 = load ptr, ptr %5, align 8
  %45 = load i64, ptr %13, align 8
  %46 = getelementptr inbounds i16, ptr %44, i64 %45
  %47 = load i64, ptr @HEAD_DIM, align 8
  %48 = load i64, ptr %13, align 8
  %49 = sub nsw i64 %47, %48
  %50 = call noundef <32 x i16> @_ZL5chunkPKtl(ptr noundef %46, i64 noundef %49)
  %51 = load ptr, ptr %12, align 8
  %52 = load i64, ptr %13, align 8
  %53 = getelementptr inbounds i16, ptr %51, i64 %52
  %54 = load i64, ptr @HEAD_DIM, align 8
  %55 = load i64, ptr %13, align 8
  %56 = sub nsw i64 %54, %55
  %57 = call noundef <32 x i16> @_ZL5chunkPKtl(ptr noundef %53, i64 noundef %56)
  %58 = call noundef <16 x float> @_ZL9add_pairsDv16_fDv32_tS0_(<16 x float> noundef %43, <32 x i16> noundef %50, <32 x i16> noundef %57)
  %59 = load i32, ptr %10, align 4
  %60 = sext i32 %59 to i64
  %61 = getelementptr inbounds [16 x <16 x float>], ptr %9, i64 0, i64 %60
  store <16 x float> %58, ptr %61, align 64
  br label %62
62:                                               ; preds = %35
  %63 = load i64, ptr %13, align 8
  %64 = add nsw i64 %63, 32
  store i64 %64, ptr %13, align 8
  br label %30, !llvm.loop !28
65:                                               ; preds = %34
  br label %66
66:                                               ; preds = %65
  %67 = load i32, ptr %10, align 4
  %68 = add nsw i32 %67, 1
  store i32 %68, ptr %10, align 4
  br label %14, !llvm.loop !29
69:                                               ; preds = %17
  %70 = getelementptr inbounds [16 x <16 x float>], ptr %9, i64 0, i64 0
  %71 = call noundef <16 x float> @_ZL14all_neighboursILi16EDv16_fET0_PS1_(ptr noundef %70)
  %72 = load i64, ptr @HEAD_DIM, align 8
  %73 = sitofp i64 %72 to double
  %74 = call double @llvm.sqrt.f64(double %73)
  %75 = fdiv double 1.000000e+00, %74
  %76 = fptrunc double %75 to float
  %77 = insertelement <16 x float> poison, float %76, i64 0
  %78 = shufflevector <16 x float> %77, <16 x float> poison, <16 x i32> zeroinitializer
  %79 = fmul <16 x float> %71, %78
  store i32 1, ptr %11, align 4
  ret <16 x float> %79
}
define internal noundef <16 x float> @_ZL5scoreILb1EEDv16_fPKtS2_ll(ptr noundef %0, ptr noundef %1, i64 noundef %2, i64 noundef %3) #6 {
  %5 = alloca ptr, align 8
  %6 = alloca ptr, align 8
  %7 = alloca i64, align 8
  %8 = alloca i64, align 8
  %9 = alloca [16 x <16 x float>], align 64
  %10 = alloca i32, align 4
  %11 = alloca i32, align 4
  %12 = alloca ptr, align 8
  %13 = alloca i64, align 8
  store ptr %0, ptr %5, align 8
  store ptr %1, ptr %6, align 8
  store i64 %2, ptr %7, align 8
  store i64 %3, ptr %8, align 8
  store i32 0, ptr %10, align 4
  br label %14
14:                                               ; preds = %64, %4
  %15 = load i32, ptr %10, align 4
  %16 = icmp slt i32 %15, 16
  br i1 %16, label %18, label %17
17:                                               ; preds = %14
  store i32 2, ptr %11, align 4
  br label %67
18:                                               ; preds = %14
  %19 = load ptr, ptr %6, align 8
  %20 = load i64, ptr %7, align 8
  %21 = load i32, ptr %10, align 4
  %22 = sext i32 %21 to i64
  %23 = add nsw i64 %20, %22
  %24 = load i64, ptr %8, align 8
  %25 = call noundef i64 @_ZL5leastll(i64 noundef %23, i64 noundef %24)
  %26 = load i64, ptr @HEAD_DIM, align 8
  %27 = mul nsw i64 %25, %26
  %28 = getelementptr inbounds i16, ptr %19, i64 %27
  store ptr %28, ptr %12, align 8
  %29 = load i32, ptr %10, align 4
  %30 = sext i32 %29 to i64
  %31 = getelementptr inbounds [16 x <16 x float>], ptr %9, i64 0, i64 %30
  store <16 x float> zeroinitializer, ptr %31, align 64
  store i64 0, ptr %13, align 8
  br label %32
32:                                               ; preds = %60, %18
  %33 = load i64, ptr %13, align 8
  %34 = load i64, ptr @HEAD_DIM, align 8
  %35 = icmp slt i64 %33, %34
  br i1 %35, label %37, label %36
36:                                               ; preds = %32
  store i32 5, ptr %11, align 4
  br label %63
37:                                               ; preds = %32
  %38 = load i32, ptr %10, align 4
  %39 = sext i32 %38 to i64
  %40 = getelementptr inbounds [16 x <16 x float>], ptr %9, i64 0, i64 %39
  %41 = load <16 x float>, ptr %40, align 64
  %42 = load ptr, ptr %5, align 8
  %43 = load i64, ptr %13, align 8
  %44 = getelementptr inbounds i16, ptr %42, i64 %43
  %45 = load i64, ptr @HEAD_DIM, align 8
  %46 = load i64, ptr %13, align 8
  %47 = sub nsw i64 %45, %46
  %48 = call noundef <32 x i16> @_ZL5chunkPKtl(ptr noundef %44, i64 noundef %47)
  %49 = load ptr, ptr %12, align 8
  %50 = load i64, ptr %13, align 8
  %51 = getelementptr inbounds i16, ptr %49, i64 %50
  %52 = load i64, ptr @HEAD_DIM, align 8
  %53 = load i64, ptr %13, align 8
  %54 = sub nsw i64 %52, %53
  %55 = call noundef <32 x i16> @_ZL5chunkPKtl(ptr noundef %51, i64 noundef %54)
  %56 = call noundef <16 x float> @_ZL9add_pairsDv16_fDv32_tS0_(<16 x float> noundef %41, <32 x i16> noundef %48, <32 x i16> noundef %55)
  %57 = load i32, ptr %10, align 4
  %58 = sext i32 %57 to i64
  %59 = getelementptr inbounds [16 x <16 x float>], ptr %9, i64 0, i64 %58
  store <16 x float> %56, ptr %59, align 64
  br label %60
60:                                               ; preds = %37
  %61 = load i64, ptr %13, align 8
  %62 = add nsw i64 %61, 32
  store i64 %62, ptr %13, align 8
  br label %32, !llvm.loop !30
63:                                               ; preds = %36
  br label %64
64:                                               ; preds = %63
  %65 = load i32, ptr %10, align 4
  %66 = add nsw i32 %65, 1
  store i32 %66, ptr %10, align 4
  br label %14, !llvm.loop !31
67:                                               ; preds = %17
  %68 = getelementptr inbounds [16 x <16 x float>], ptr %9, i64 0, i64 0
  %69 = call noundef <16 x float> @_ZL14all_neighboursILi16EDv16_fET0_PS1_(ptr noundef %68)
  %70 = load i64, ptr @HEAD_DIM, align 8
  %71 = sitofp i64 %70 to double
  %72 = call double @llvm.sqrt.f64(double %71)
  %73 = fdiv double 1.000000e+00, %72
  %74 = fptrunc double %73 to float
  %75 = insertelement <16 x float> poison, float %74, i64 0
  %76 = shufflevector <16 x float> %75, <16 x float> poison, <16 x i32> zeroinitializer
  %77 = fmul <16 x float> %69, %76
  store i32 1, ptr %11, align 4
  ret <16 x float> %77
}
define internal void @_ZL3putIDv16_fEvPvT_(ptr noundef %0, <16 x float> noundef %1) #6 {
  %3 = alloca ptr, align 8
  %4 = alloca <16 x float>, align 64
  store ptr %0, ptr %3, align 8
  store <16 x float> %1, ptr %4, align 64
  %5 = load <16 x float>, ptr %4, align 64
  %6 = load ptr, ptr %3, align 8
  %7 = getelementptr inbounds nuw %struct.Anywhere.22, ptr %6, i32 0, i32 0
  store <16 x float> %5, ptr %7, align 1
  ret void
}
declare float @llvm.vector.reduce.fmax.v16f32(<16 x float>) #13
define internal noundef <16 x float> @_ZL9add_pairsDv16_fDv32_tS0_(<16 x float> noundef %0, <32 x i16> noundef %1, <32 x i16> noundef %2) #6 {
  %4 = alloca <16 x float>, align 64
  %5 = alloca <32 x i16>, align 64
  %6 = alloca <32 x i16>, align 64
  %7 = alloca <16 x i32>, align 64
  %8 = alloca <16 x i32>, align 64
  %9 = alloca <16 x i32>, align 64
  store <16 x float> %0, ptr %4, align 64
  store <32 x i16> %1, ptr %5, align 64
  store <32 x i16> %2, ptr %6, align 64
  %10 = load <32 x i16>, ptr %5, align 64
  %11 = bitcast <32 x i16> %10 to <16 x i32>
  store <16 x i32> %11, ptr %7, align 64
  %12 = load <32 x i16>, ptr %6, align 64
  %13 = bitcast <32 x i16> %12 to <16 x i32>
  store <16 x i32> %13, ptr %8, align 64
  store <16 x i32> splat (i32 -65536), ptr %9, align 64
  %14 = load <16 x i32>, ptr %7, align 64
  %15 = and <16 x i32> %14, splat (i32 -65536)
  %16 = bitcast <16 x i32> %15 to <16 x float>
  %17 = load <16 x i32>, ptr %8, align 64
  %18 = and <16 x i32> %17, splat (i32 -65536)
  %19 = bitcast <16 x i32> %18 to <16 x float>
  %20 = load <16 x i32>, ptr %7, align 64
  %21 = shl <16 x i32> %20, splat (i32 16)
  %22 = bitcast <16 x i32> %21 to <16 x float>
  %23 = load <16 x i32>, ptr %8, align 64
  %24 = shl <16 x i32> %23, splat (i32 16)
  %25 = bitcast <16 x i32> %24 to <16 x float>
  %26 = load <16 x float>, ptr %4, align 64
  %27 = call noundef <16 x float> @_ZL3fmaIDv16_fET_S1_S1_S1_(<16 x float> noundef %22, <16 x float> noundef %25, <16 x float> noundef %26)
  %28 = call noundef <16 x float> @_ZL3fmaIDv16_fET_S1_S1_S1_(<16 x float> noundef %16, <16 x float> noundef %19, <16 x float> noundef %27)
  ret <16 x float> %28
}
define internal noundef <32 x i16> @_ZL5chunkPKtl(ptr noundef %0, i64 noundef %1) #6 {
  %3 = alloca ptr, align 8
  %4 = alloca i64, align 8
  %5 = alloca %class.anon.8, align 1
  store ptr %0, ptr %3, align 8
  store i64 %1, ptr %4, align 8
  %6 = load i64, ptr %4, align 8
  %7 = icmp sge i64 %6, 32
  br i1 %7, label %8, label %11
8:                                                ; preds = %2
  %9 = load ptr, ptr %3, align 8
  %10 = call noundef <32 x i16> @_ZL4loadIDv32_tET_PKv(ptr noundef %9)
  br label %15
11:                                               ; preds = %2
  %12 = load ptr, ptr %3, align 8
  %13 = call noundef <16 x i16> @_ZL4loadIDv16_tET_PKv(ptr noundef %12)
  %14 = call noundef <32 x i16> @"_ZL4pickILi32EDv16_t3$_0EDaT0_S2_T1_"(<16 x i16> noundef %13, <16 x i16> noundef zeroinitializer)
  br label %15
15:                                               ; preds = %11, %8
  %16 = phi <32 x i16> [ %10, %8 ], [ %14, %11 ]
  ret <32 x i16> %16
}
define internal noundef <16 x float> @_ZL14all_neighboursILi16EDv16_fET0_PS1_(ptr noundef %0) #6 {
  %2 = alloca ptr, align 8
  %3 = alloca i32, align 4
  %4 = alloca i32, align 4
  %5 = alloca i32, align 4
  store ptr %0, ptr %2, align 8
  store i32 8, ptr %3, align 4
  br label %6
6:                                                ; preds = %39, %1
  %7 = load i32, ptr %3, align 4
  %8 = icmp sgt i32 %7, 0
  br i1 %8, label %10, label %9
9:                                                ; preds = %6
  store i32 2, ptr %4, align 4
  br label %42
10:                                               ; preds = %6
  store i32 0, ptr %5, align 4
  br label %11
11:                                               ; preds = %35, %10
  %12 = load i32, ptr %5, align 4
  %13 = load i32, ptr %3, align 4
  %14 = icmp slt i32 %12, %13
  br i1 %14, label %16, label %15
15:                                               ; preds = %11
  store i32 5, ptr %4, align 4
  br label %38
16:                                               ; preds = %11
  %17 = load ptr, ptr %2, align 8
  %18 = load i32, ptr %5, align 4
  %19 = mul nsw i32 2, %18
  %20 = sext i32 %19 to i64
  %21 = getelementptr inbounds <16 x float>, ptr %17, i64 %20
  %22 = load <16 x float>, ptr %21, align 64
  %23 = load ptr, ptr %2, align 8
  %24 = load i32, ptr %5, align 4
  %25 = mul nsw i32 2, %24
  %26 = add nsw i32 %25, 1
  %27 = sext i32 %26 to i64
  %28 = getelementptr inbounds <16 x float>, ptr %23, i64 %27
  %29 = load <16 x float>, ptr %28, align 64
  %30 = call noundef <16 x float> @_ZL10neighboursILi16EDv16_fEDaT0_S1_(<16 x float> noundef %22, <16 x float> noundef %29)
  %31 = load ptr, ptr %2, align 8
  %32 = load i32, ptr %5, align 4
  %33 = sext i32 %32 to i64
  %34 = getelementptr inbounds <16 x float>, ptr %31, i64 %33
  store <16 x float> %30, ptr %34, align 64
  br label %35
35:                                               ; preds = %16
  %36 = load i32, ptr %5, align 4
  %37 = add nsw i32 %36, 1
  store i32 %37, ptr %5, align 4
  br label %11, !llvm.loop !32
38:                                               ; preds = %15
  br label %39
39:                                               ; preds = %38
  %40 = load i32, ptr %3, align 4
  %41 = sdiv i32 %40, 2
  store i32 %41, ptr %3, align 4
  br label %6, !llvm.loop !33
42:                                               ; preds = %9
  %43 = load ptr, ptr %2, align 8
  %44 = getelementptr inbounds <16 x float>, ptr %43, i64 0
  %45 = load <16 x float>, ptr %44, align 64
  ret <16 x float> %45
}
declare double @llvm.sqrt.f64(double) #8
define internal noundef <32 x i16> @_ZL4loadIDv32_tET_PKv(ptr noundef %0) #6 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
  %3 = load ptr, ptr %2, align 8
  %4 = getelementptr inbounds nuw %struct.Anywhere.15, ptr %3, i32 0, i32 0
  %5 = load <32 x i16>, ptr %4, align 1
  ret <32 x i16> %5
}
define internal noundef <32 x i16> @"_ZL4pickILi32EDv16_t3$_0EDaT0_S2_T1_"(<16 x i16> noundef %0, <16 x i16> noundef %1) #6 {
  %3 = alloca %class.anon.8, align 1
  %4 = alloca <16 x i16>, align 32
  %5 = alloca <16 x i16>, align 32
  %6 = alloca %class.anon.8, align 1
  %7 = alloca %struct.Sequence.16, align 1
  store <16 x i16> %0, ptr %4, align 32
  store <16 x i16> %1, ptr %5, align 32
  %8 = load <16 x i16>, ptr %4, align 32
  %9 = load <16 x i16>, ptr %5, align 32
  %10 = call noundef <32 x i16> @"_ZL7pick_ofIDv16_t3$_0JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7ELi8ELi9ELi10ELi11ELi12ELi13ELi14ELi15ELi16ELi17ELi18ELi19ELi20ELi21ELi22ELi23ELi24ELi25ELi26ELi27ELi28ELi29ELi30ELi31EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<16 x i16> noundef %8, <16 x i16> noundef %9)
  ret <32 x i16> %10
}
define internal noundef <32 x i16> @"_ZL7pick_ofIDv16_t3$_0JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7ELi8ELi9ELi10ELi11ELi12ELi13ELi14ELi15ELi16ELi17ELi18ELi19ELi20ELi21ELi22ELi23ELi24ELi25ELi26ELi27ELi28ELi29ELi30ELi31EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<16 x i16> noundef %0, <16 x i16> noundef %1) #6 {
  %3 = alloca %class.anon.8, align 1
  %4 = alloca %struct.Sequence.16, align 1
  %5 = alloca <16 x i16>, align 32
  %6 = alloca <16 x i16>, align 32
  store <16 x i16> %0, ptr %5, align 32
  store <16 x i16> %1, ptr %6, align 32
  %7 = load <16 x i16>, ptr %5, align 32
  %8 = load <16 x i16>, ptr %6, align 32
  %9 = shufflevector <16 x i16> %7, <16 x i16> %8, <32 x i32> <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7, i32 8, i32 9, i32 10, i32 11, i32 12, i32 13, i32 14, i32 15, i32 16, i32 17, i32 18, i32 19, i32 20, i32 21, i32 22, i32 23, i32 24, i32 25, i32 26, i32 27, i32 28, i32 29, i32 30, i32 31>
  ret <32 x i16> %9
}
define internal noundef <16 x float> @_ZL10neighboursILi16EDv16_fEDaT0_S1_(<16 x float> noundef %0, <16 x float> noundef %1) #6 {
  %3 = alloca <16 x float>, align 64
  %4 = alloca <16 x float>, align 64
  %5 = alloca %class.anon.17, align 1
  %6 = alloca %class.anon.19, align 1
  store <16 x float> %0, ptr %3, align 64
  store <16 x float> %1, ptr %4, align 64
  %7 = load <16 x float>, ptr %3, align 64
  %8 = load <16 x float>, ptr %4, align 64
  %9 = call noundef <16 x float> @"_ZL4pickILi16EDv16_f3$_6EDaT0_S2_T1_"(<16 x float> noundef %7, <16 x float> noundef %8)
  %10 = load <16 x float>, ptr %3, align 64
  %11 = load <16 x float>, ptr %4, align 64
  %12 = call noundef <16 x float> @"_ZL4pickILi16EDv16_f3$_7EDaT0_S2_T1_"(<16 x float> noundef %10, <16 x float> noundef %11)
  %13 = fadd <16 x float> %9, %12
  ret <16 x float> %13
}
define internal noundef <16 x float> @"_ZL4pickILi16EDv16_f3$_6EDaT0_S2_T1_"(<16 x float> noundef %0, <16 x float> noundef %1) #6 {
  %3 = alloca %class.anon.17, align 1
  %4 = alloca <16 x float>, align 64
  %5 = alloca <16 x float>, align 64
  %6 = alloca %class.anon.17, align 1
  %7 = alloca %struct.Sequence.21, align 1
  store <16 x float> %0, ptr %4, align 64
  store <16 x float> %1, ptr %5, align 64
  %8 = load <16 x float>, ptr %4, align 64
  %9 = load <16 x float>, ptr %5, align 64
  %10 = call noundef <16 x float> @"_ZL7pick_ofIDv16_f3$_6JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7ELi8ELi9ELi10ELi11ELi12ELi13ELi14ELi15EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<16 x float> noundef %8, <16 x float> noundef %9)
  ret <16 x float> %10
}
define internal noundef <16 x float> @"_ZL4pickILi16EDv16_f3$_7EDaT0_S2_T1_"(<16 x float> noundef %0, <16 x float> noundef %1) #6 {
  %3 = alloca %class.anon.19, align 1
  %4 = alloca <16 x float>, align 64
  %5 = alloca <16 x float>, align 64
  %6 = alloca %class.anon.19, align 1
  %7 = alloca %struct.Sequence.21, align 1
  store <16 x float> %0, ptr %4, align 64
  store <16 x float> %1, ptr %5, align 64
  %8 = load <16 x float>, ptr %4, align 64
  %9 = load <16 x float>, ptr %5, align 64
  %10 = call noundef <16 x float> @"_ZL7pick_ofIDv16_f3$_7JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7ELi8ELi9ELi10ELi11ELi12ELi13ELi14ELi15EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<16 x float> noundef %8, <16 x float> noundef %9)
  ret <16 x float> %10
}
define internal noundef <16 x float> @"_ZL7pick_ofIDv16_f3$_6JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7ELi8ELi9ELi10ELi11ELi12ELi13ELi14ELi15EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<16 x float> noundef %0, <16 x float> noundef %1) #6 {
  %3 = alloca %class.anon.17, align 1
  %4 = alloca %struct.Sequence.21, align 1
  %5 = alloca <16 x float>, align 64
  %6 = alloca <16 x float>, align 64
  store <16 x float> %0, ptr %5, align 64
  store <16 x float> %1, ptr %6, align 64
  %7 = load <16 x float>, ptr %5, align 64
  %8 = load <16 x float>, ptr %6, align 64
  %9 = shufflevector <16 x float> %7, <16 x float> %8, <16 x i32> <i32 0, i32 2, i32 4, i32 6, i32 8, i32 10, i32 12, i32 14, i32 16, i32 18, i32 20, i32 22, i32 24, i32 26, i32 28, i32 30>
  ret <16 x float> %9
}
define internal noundef <16 x float> @"_ZL7pick_ofIDv16_f3$_7JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7ELi8ELi9ELi10ELi11ELi12ELi13ELi14ELi15EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<16 x float> noundef %0, <16 x float> noundef %1) #6 {
  %3 = alloca %class.anon.19, align 1
  %4 = alloca %struct.Sequence.21, align 1
  %5 = alloca <16 x float>, align 64
  %6 = alloca <16 x float>, align 64
  store <16 x float> %0, ptr %5, align 64
  store <16 x float> %1, ptr %6, align 64
  %7 = load <16 x float>, ptr %5, align 64
  %8 = load <16 x float>, ptr %6, align 64
  %9 = shufflevector <16 x float> %7, <16 x float> %8, <16 x i32> <i32 1, i32 3, i32 5, i32 7, i32 9, i32 11, i32 13, i32 15, i32 17, i32 19, i32 21, i32 23, i32 25, i32 27, i32 29, i32 31>
  ret <16 x float> %9
}
define internal noundef i64 @_ZL5leastll(i64 noundef %0, i64 noundef %1) #2 {
  %3 = alloca i64, align 8
  %4 = alloca i64, align 8
  store i64 %0, ptr %3, align 8
  store i64 %1, ptr %4, align 8
  %5 = load i64, ptr %3, align 8
  %6 = load i64, ptr %4, align 8
  %7 = icmp slt i64 %5, %6
  br i1 %7, label %8, label %10
8:                                                ; preds = %2
  %9 = load i64, ptr %3, align 8
  br label %12
10:                                               ; preds = %2
  %11 = load i64, ptr %4, align 8
  br label %12
12:                                               ; preds = %10, %8
  %13 = phi i64 [ %9, %8 ], [ %11, %10 ]
  ret i64 %13
}
define internal noundef <16 x float> @_ZL4loadIDv16_fET_PKv(ptr noundef %0) #6 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
  %3 = load ptr, ptr %2, align 8
  %4 = getelementptr inbounds nuw %struct.Anywhere.22, ptr %3, i32 0, i32 0
  %5 = load <16 x float>, ptr %4, align 1
  ret <16 x float> %5
}
define internal void @"_ZZ11rotate_rowsENK3$_0clEl"(ptr noundef nonnull align 8 dereferenceable(8) %0, i64 noundef %1) #9 align 2 {
  %3 = alloca ptr, align 8
  %4 = alloca i64, align 8
  %5 = alloca i64, align 8
  %6 = alloca ptr, align 8
  %7 = alloca [256 x i16], align 16
  store ptr %0, ptr %3, align 8
  store i64 %1, ptr %4, align 8
  %8 = load ptr, ptr %3, align 8
  store i64 0, ptr %5, align 8
  br label %9
9:                                                ; preds = %43, %2
  %10 = load i64, ptr %5, align 8
  %11 = getelementptr inbounds nuw %class.anon.1, ptr %8, i32 0, i32 0
  %12 = load ptr, ptr %11, align 8
  %13 = getelementptr inbounds nuw %struct.Step, ptr %12, i32 0, i32 10
  %14 = load i64, ptr %13, align 8
  %15 = icmp slt i64 %10, %14
  br i1 %15, label %17, label %16
16:                                               ; preds = %9
  br label %46
17:                                               ; preds = %9
  %18 = getelementptr inbounds nuw %class.anon.1, ptr %8, i32 0, i32 0
  %19 = load ptr, ptr %18, align 8
  %20 = getelementptr inbounds nuw %struct.Step, ptr %19, i32 0, i32 0
  %21 = load ptr, ptr %20, align 8
  %22 = load i64, ptr %4, align 8
  %23 = getelementptr inbounds nuw %class.anon.1, ptr %8, i32 0, i32 0
  %24 = load ptr, ptr %23, align 8
  %25 = getelementptr inbounds nuw %struct.Step, ptr %24, i32 0, i32 16
  %26 = getelementptr inbounds nuw %struct.Activated, ptr %25, i32 0, i32 4
  %27 = load i64, ptr %26, align 8
  %28 = mul nsw i64 %22, %27
  %29 = getelementptr inbounds i16, ptr %21, i64 %28
  %30 = load i64, ptr %5, align 8
  %31 = load i64, ptr @HEAD_DIM, align 8
  %32 = mul nsw i64 %30, %31
  %33 = getelementptr inbounds i16, ptr %29, i64 %32
  store ptr %33, ptr %6, align 8
  %34 = getelementptr inbounds [256 x i16], ptr %7, i64 0, i64 0
  %35 = load ptr, ptr %6, align 8
  %36 = load i64, ptr @HEAD_DIM, align 8
  %37 = mul nsw i64 2, %36
  call void @llvm.memcpy.p0.p0.i64(ptr align 16 %34, ptr align 2 %35, i64 %37, i1 false)
  %38 = getelementptr inbounds nuw %class.anon.1, ptr %8, i32 0, i32 0
  %39 = load ptr, ptr %38, align 8
  %40 = load i64, ptr %4, align 8
  %41 = getelementptr inbounds [256 x i16], ptr %7, i64 0, i64 0
  %42 = load ptr, ptr %6, align 8
  call void @_ZL6rotatePK4SteplPKtPt(ptr noundef %39, i64 noundef %40, ptr noundef %41, ptr noundef %42)
  br label %43
43:                                               ; preds = %17
  %44 = load i64, ptr %5, align 8
  %45 = add nsw i64 %44, 1
  store i64 %45, ptr %5, align 8
  br label %9, !llvm.loop !34
46:                                               ; preds = %16
  ret void
}
define internal void @"_ZZ5layerENK3$_0clEl"(ptr noundef nonnull align 8 dereferenceable(8) %0, i64 noundef %1) #9 align 2 {
  %3 = alloca ptr, align 8
  %4 = alloca i64, align 8
  store ptr %0, ptr %3, align 8
  store i64 %1, ptr %4, align 8
  %5 = load ptr, ptr %3, align 8
  %6 = getelementptr inbounds nuw %class.anon.2, ptr %5, i32 0, i32 0
  %7 = load ptr, ptr %6, align 8
  %8 = load i64, ptr %4, align 8
  call void @_ZL4normPK5Layerl(ptr noundef %7, i64 noundef %8)
  ret void
}
define internal void @_ZL4normPK5Layerl(ptr noundef %0, i64 noundef %1) #6 {
  %3 = alloca ptr, align 8
  %4 = alloca i64, align 8
  %5 = alloca ptr, align 8
  %6 = alloca float, align 4
  %7 = alloca float, align 4
  %8 = alloca i64, align 8
  %9 = alloca <16 x float>, align 64
  %10 = alloca <16 x float>, align 64
  store ptr %0, ptr %3, align 8
  store i64 %1, ptr %4, align 8
  %11 = load ptr, ptr %3, align 8
  %12 = getelementptr inbounds nuw %struct.Layer, ptr %11, i32 0, i32 0
  %13 = load ptr, ptr %12, align 8
  %14 = load i64, ptr %4, align 8
  %15 = load ptr, ptr %3, align 8
  %16 = getelementptr inbounds nuw %struct.Layer, ptr %15, i32 0, i32 7
  %17 = load i64, ptr %16, align 8
  %18 = mul nsw i64 %14, %17
  %19 = getelementptr inbounds i16, ptr %13, i64 %18
  store ptr %19, ptr %5, align 8
  %20 = load ptr, ptr %3, align 8
  %21 = getelementptr inbounds nuw %struct.Layer, ptr %20, i32 0, i32 5
  %22 = load ptr, ptr %21, align 8
  %23 = icmp ne ptr %22, null
  br i1 %23, label %24, label %30
24:                                               ; preds = %2
  %25 = load ptr, ptr %5, align 8
  %26 = load ptr, ptr %3, align 8
  %27 = getelementptr inbounds nuw %struct.Layer, ptr %26, i32 0, i32 7
  %28 = load i64, ptr %27, align 8
  %29 = call noundef float @_ZL4meanPKtlfb(ptr noundef %25, i64 noundef %28, float noundef 0.000000e+00, i1 noundef zeroext false)
  br label %31
30:                                               ; preds = %2
  br label %31
31:                                               ; preds = %30, %24
  %32 = phi float [ %29, %24 ], [ 0.000000e+00, %30 ]
  store float %32, ptr %6, align 4
  %33 = load ptr, ptr %5, align 8
  %34 = load ptr, ptr %3, align 8
  %35 = getelementptr inbounds nuw %struct.Layer, ptr %34, i32 0, i32 7
  %36 = load i64, ptr %35, align 8
  %37 = load float, ptr %6, align 4
  %38 = call noundef float @_ZL4meanPKtlfb(ptr noundef %33, i64 noundef %36, float noundef %37, i1 noundef zeroext true)
  %39 = load ptr, ptr %3, align 8
  %40 = getelementptr inbounds nuw %struct.Layer, ptr %39, i32 0, i32 8
  %41 = load float, ptr %40, align 8
  %42 = fadd float %38, %41
  %43 = call float @llvm.sqrt.f32(float %42)
  %44 = fdiv float 1.000000e+00, %43
  store float %44, ptr %7, align 4
  store i64 0, ptr %8, align 8
  br label %45
45:                                               ; preds = %99, %31
  %46 = load i64, ptr %8, align 8
  %47 = load ptr, ptr %3, align 8
  %48 = getelementptr inbounds nuw %struct.Layer, ptr %47, i32 0, i32 7
  %49 = load i64, ptr %48, align 8
  %50 = icmp slt i64 %46, %49
  br i1 %50, label %52, label %51
51:                                               ; preds = %45
  br label %102
52:                                               ; preds = %45
  %53 = load ptr, ptr %5, align 8
  %54 = load i64, ptr %8, align 8
  %55 = getelementptr inbounds i16, ptr %53, i64 %54
  %56 = call noundef <16 x float> @_ZL4wideILi16EEDvmlLm4ET__fPKt(ptr noundef %55)
  %57 = load float, ptr %6, align 4
  %58 = insertelement <16 x float> poison, float %57, i64 0
  %59 = shufflevector <16 x float> %58, <16 x float> poison, <16 x i32> zeroinitializer
  %60 = fsub <16 x float> %56, %59
  %61 = load float, ptr %7, align 4
  %62 = insertelement <16 x float> poison, float %61, i64 0
  %63 = shufflevector <16 x float> %62, <16 x float> poison, <16 x i32> zeroinitializer
  %64 = fmul <16 x float> %60, %63
  store <16 x float> %64, ptr %9, align 64
  %65 = load ptr, ptr %3, align 8
  %66 = getelementptr inbounds nuw %struct.Layer, ptr %65, i32 0, i32 5
  %67 = load ptr, ptr %66, align 8
  %68 = icmp ne ptr %67, null
  br i1 %68, label %69, label %76
69:                                               ; preds = %52
  %70 = load ptr, ptr %3, align 8
  %71 = getelementptr inbounds nuw %struct.Layer, ptr %70, i32 0, i32 5
  %72 = load ptr, ptr %71, align 8
  %73 = load i64, ptr %8, align 8
  %74 = getelementptr inbounds i16, ptr %72, i64 %73
  %75 = call noundef <16 x float> @_ZL4wideILi16EEDvmlLm4ET__fPKt(ptr noundef %74)
  br label %77
76:                                               ; preds = %52
  br label %77
77:                                               ; preds = %76, %69
  %78 = phi <16 x float> [ %75, %69 ], [ zeroinitializer, %76 ]
  store <16 x float> %78, ptr %10, align 64
  %79 = load ptr, ptr %3, align 8
  %80 = getelementptr inbounds nuw %struct.Layer, ptr %79, i32 0, i32 1
  %81 = load ptr, ptr %80, align 8
  %82 = load i64, ptr %4, align 8
  %83 = load ptr, ptr %3, align 8
  %84 = getelementptr inbounds nuw %struct.Layer, ptr %83, i32 0, i32 7
  %85 = load i64, ptr %84, align 8
  %86 = mul nsw i64 %82, %85
  %87 = getelementptr inbounds i16, ptr %81, i64 %86
  %88 = load i64, ptr %8, align 8
  %89 = getelementptr inbounds i16, ptr %87, i64 %88
  %90 = load <16 x float>, ptr %9, align 64
  %91 = load ptr, ptr %3, align 8
  %92 = getelementptr inbounds nuw %struct.Layer, ptr %91, i32 0, i32 4
  %93 = load ptr, ptr %92, align 8
  %94 = load i64, ptr %8, align 8
  %95 = getelementptr inbounds i16, ptr %93, i64 %94
  %96 = call noundef <16 x float> @_ZL4wideILi16EEDvmlLm4ET__fPKt(ptr noundef %95)
  %97 = load <16 x float>, ptr %10, align 64
  %98 = call noundef <16 x float> @_ZL3fmaIDv16_fET_S1_S1_S1_(<16 x float> noundef %90, <16 x float> noundef %96, <16 x float> noundef %97)
  call void @_ZL8round_toIDv16_fEvPtT_(ptr noundef %89, <16 x float> noundef %98)
  br label %99
99:                                               ; preds = %77
  %100 = load i64, ptr %8, align 8
  %101 = add nsw i64 %100, 16
  store i64 %101, ptr %8, align 8
  br label %45, !llvm.loop !35
102:                                              ; preds = %51
  ret void
}
define internal noundef float @_ZL4meanPKtlfb(ptr noundef %0, i64 noundef %1, float noundef %2, i1 noundef zeroext %3) #6 {
  %5 = alloca ptr, align 8
  %6 = alloca i64, align 8
  %7 = alloca float, align 4
  %8 = alloca i8, align 1
  %9 = alloca <16 x float>, align 64
  %10 = alloca i64, align 8
  %11 = alloca <16 x float>, align 64
  store ptr %0, ptr %5, align 8
  store i64 %1, ptr %6, align 8
  store float %2, ptr %7, align 4
  %12 = zext i1 %3 to i8
  store i8 %12, ptr %8, align 1
  store <16 x float> zeroinitializer, ptr %9, align 64
  store i64 0, ptr %10, align 8
  br label %13
13:                                               ; preds = %39, %4
  %14 = load i64, ptr %10, align 8
  %15 = load i64, ptr %6, align 8
  %16 = icmp slt i64 %14, %15
  br i1 %16, label %18, label %17
17:                                               ; preds = %13
  br label %42
18:                                               ; preds = %13
  %19 = load ptr, ptr %5, align 8
  %20 = load i64, ptr %10, align 8
  %21 = getelementptr inbounds i16, ptr %19, i64 %20
  %22 = call noundef <16 x float> @_ZL4wideILi16EEDvmlLm4ET__fPKt(ptr noundef %21)
  %23 = load float, ptr %7, align 4
  %24 = insertelement <16 x float> poison, float %23, i64 0
  %25 = shufflevector <16 x float> %24, <16 x float> poison, <16 x i32> zeroinitializer
  %26 = fsub <16 x float> %22, %25
  store <16 x float> %26, ptr %11, align 64
  %27 = load i8, ptr %8, align 1, !range !36, !noundef !9
  %28 = trunc i8 %27 to i1
  br i1 %28, label %29, label %33
29:                                               ; preds = %18
  %30 = load <16 x float>, ptr %11, align 64
  %31 = load <16 x float>, ptr %11, align 64
  %32 = fmul <16 x float> %30, %31
  br label %35
33:                                               ; preds = %18
  %34 = load <16 x float>, ptr %11, align 64
  br label %35
35:                                               ; preds = %33, %29
  %36 = phi <16 x float> [ %32, %29 ], [ %34, %33 ]
  %37 = load <16 x float>, ptr %9, align 64
  %38 = fadd <16 x float> %37, %36
  store <16 x float> %38, ptr %9, align 64
  br label %39
39:                                               ; preds = %35
  %40 = load i64, ptr %10, align 8
  %41 = add nsw i64 %40, 16
  store i64 %41, ptr %10, align 8
  br label %13, !llvm.loop !37
42:                                               ; preds = %17
  %43 = load <16 x float>, ptr %9, align 64
  %44 = call noundef float @_ZL5totalIDv16_fEfT_(<16 x float> noundef %43)
  %45 = load i64, ptr %6, align 8
  %46 = sitofp i64 %45 to float
  %47 = fdiv float %44, %46
  ret float %47
}
define internal void @"_ZZ5layerENK3$_1clEl"(ptr noundef nonnull align 8 dereferenceable(8) %0, i64 noundef %1) #5 align 2 {
  %3 = alloca ptr, align 8
  %4 = alloca i64, align 8
  %5 = alloca i64, align 8
  store ptr %0, ptr %3, align 8
  store i64 %1, ptr %4, align 8
  %6 = load ptr, ptr %3, align 8
  %7 = load i64, ptr %4, align 8
  %8 = mul nsw i64 16, %7
  store i64 %8, ptr %5, align 8
  %9 = getelementptr inbounds nuw %class.anon.3, ptr %6, i32 0, i32 0
  %10 = load ptr, ptr %9, align 8
  %11 = getelementptr inbounds nuw %struct.Layer, ptr %10, i32 0, i32 3
  %12 = load ptr, ptr %11, align 8
  %13 = load i64, ptr %5, align 8
  %14 = getelementptr inbounds i16, ptr %12, i64 %13
  %15 = getelementptr inbounds nuw %class.anon.3, ptr %6, i32 0, i32 0
  %16 = load ptr, ptr %15, align 8
  %17 = getelementptr inbounds nuw %struct.Layer, ptr %16, i32 0, i32 0
  %18 = load ptr, ptr %17, align 8
  %19 = load i64, ptr %5, align 8
  %20 = getelementptr inbounds i16, ptr %18, i64 %19
  %21 = call noundef <16 x float> @_ZL4wideILi16EEDvmlLm4ET__fPKt(ptr noundef %20)
  %22 = getelementptr inbounds nuw %class.anon.3, ptr %6, i32 0, i32 0
  %23 = load ptr, ptr %22, align 8
  %24 = getelementptr inbounds nuw %struct.Layer, ptr %23, i32 0, i32 2
  %25 = load ptr, ptr %24, align 8
  %26 = load i64, ptr %5, align 8
  %27 = getelementptr inbounds i16, ptr %25, i64 %26
  %28 = call noundef <16 x float> @_ZL4wideILi16EEDvmlLm4ET__fPKt(ptr noundef %27)
  %29 = fadd <16 x float> %21, %28
  call void @_ZL8round_toIDv16_fEvPtT_(ptr noundef %14, <16 x float> noundef %29)
  ret void
}
attributes #0 = { mustprogress nounwind uwtable(sync) }
attributes #1 = { nounwind }
attributes #2 = { alwaysinline mustprogress nounwind uwtable(sync) }
attributes #3 = { nocallback nofree nosync nounwind willreturn memory(argmem: readwrite) }
attributes #4 = { nocallback nofree nounwind willreturn memory(argmem: readwrite) }
attributes #5 = { inlinehint mustprogress nounwind uwtable(sync) }
attributes #6 = { alwaysinline mustprogress nounwind uwtable(sync) }
attributes #7 = { alwaysinline mustprogress nounwind uwtable(sync) }
attributes #8 = { nocallback nofree nosync nounwind speculatable willreturn memory(none) }
attributes #9 = { inlinehint mustprogress nounwind uwtable(sync) }
attributes #10 = { mustprogress nounwind uwtable(sync) }
attributes #11 = { alwaysinline mustprogress nounwind uwtable(sync) }
attributes #12 = { nocallback nofree nosync nounwind willreturn memory(argmem: readwrite, inaccessiblemem: readwrite) }
attributes #13 = { nocallback nofree nosync nounwind speculatable willreturn memory(none) }
attributes #14 = { nounwind }
!0 = !{i32 7, !"Dwarf Version", i32 4}
!1 = !{i32 1, !"wchar_size", i32 4}
!2 = !{i32 8, !"PIC Level", i32 2}
!3 = !{i32 7, !"uwtable", i32 1}
!4 = !{i32 7, !"frame-pointer", i32 2}
!5 = !{!"clang version 22.1.8"}
!6 = distinct !{!6, !7}
!7 = !{!"llvm.loop.mustprogress"}
!8 = distinct !{!8, !7}
!9 = !{}
!10 = !{i64 8}
!11 = distinct !{!11, !7}
!12 = distinct !{!12, !7}
!13 = distinct !{!13, !7}
!14 = distinct !{!14, !15}
!15 = !{!"llvm.loop.unroll.full"}
!16 = distinct !{!16, !7}
!17 = distinct !{!17, !7}
!18 = distinct !{!18, !7}
!19 = distinct !{!19, !7}
!20 = distinct !{!20, !7, !15}
!21 = distinct !{!21, !7, !15}
!22 = distinct !{!22, !7, !15}
!23 = distinct !{!23, !7, !15}
!24 = distinct !{!24, !7}
!25 = distinct !{!25, !7, !15}
!26 = distinct !{!26, !7}
!27 = distinct !{!27, !7}
!28 = distinct !{!28, !7, !15}
!29 = distinct !{!29, !7, !15}
!30 = distinct !{!30, !7, !15}
!31 = distinct !{!31, !7, !15}
!32 = distinct !{!32, !7, !15}
!33 = distinct !{!33, !7, !15}
!34 = distinct !{!34, !7}
!35 = distinct !{!35, !7}
!36 = !{i8 0, i8 2}
!37 = distinct !{!37, !7}
