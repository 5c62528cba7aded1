%class.anon = type { i8 }
%class.anon.9 = type { i8 }
%class.anon.11 = type { i8 }
%class.anon.16 = type { i8 }
%class.anon.6 = type <{ ptr, [8 x i8] }>
%struct.Activated = type { ptr, ptr, i64, i64, i64, i64 }
%class.anon.0 = type { ptr }
%class.anon.8 = type { ptr, %class.anon.0 }
%class.anon.1 = type { ptr, ptr }
%struct.Step = type { ptr, ptr, ptr, ptr, ptr, ptr, ptr, ptr, ptr, i64, i64, i64, i64, i64, i64, float, %struct.Activated }
%class.anon.2 = type { ptr }
%class.anon.3 = type { ptr }
%struct.Layer = type { ptr, ptr, ptr, ptr, ptr, ptr, i64, i64, float, [3 x %struct.anon] }
%struct.anon = type { ptr, ptr }
%class.anon.4 = type { ptr }
%class.anon.5 = type { ptr }
%struct.Anywhere = type { <16 x i16> }
%struct.Sequence = type { i8 }
%struct.Sequence.13 = type { i8 }
%struct.Sequence.14 = type { i8 }
%struct.Sequence.15 = type { i8 }
%struct.Anywhere.21 = type { <16 x float> }
%struct.Anywhere.18 = type { <32 x i16> }
%struct.Sequence.19 = type { i8 }
%struct.Sequence.20 = type { i8 }
@_ZL7gelu_of = internal constant %class.anon undef, align 1
@__const._ZL3expDv16_f.terms = private unnamed_addr constant [7 x double] [double 0x3F56C16C16C16C17, double 0x3F81111111111111, double 0x3FA5555555555555, double 0x3FC5555555555555, double 5.000000e-01, double 1.000000e+00, double 1.000000e+00], align 16
@HEAD_DIM = external constant i64, align 8
@NORMED = external constant i64, align 8
@_ZL4even = internal constant %class.anon.9 undef, align 1
@_ZL3odd = internal constant %class.anon.11 undef, align 1
@ROTARY = external constant i64, align 8
@_ZL5lower = internal constant %class.anon.16 undef, align 1
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
  %3 = alloca %class.anon, align 1
  store ptr %0, ptr %2, align 8
  %4 = load ptr, ptr %2, align 8
  call void @"_ZL5applyI3$_1EvPK9ActivatedT_"(ptr noundef %4)
  ret void
}
define internal void @"_ZL5applyI3$_1EvPK9ActivatedT_"(ptr noundef %0) #2 {
  %2 = alloca %class.anon, align 1
  %3 = alloca ptr, align 8
  %4 = alloca %class.anon.6, align 8
  store ptr %0, ptr %3, align 8
  %5 = load ptr, ptr %3, align 8
  %6 = getelementptr inbounds nuw %struct.Activated, ptr %5, i32 0, i32 2
  %7 = load i64, ptr %6, align 8
  %8 = load ptr, ptr %3, align 8
  %9 = getelementptr inbounds nuw %struct.Activated, ptr %8, i32 0, i32 3
  %10 = load i64, ptr %9, align 8
  %11 = sdiv i64 %10, 16
  %12 = mul nsw i64 %7, %11
  %13 = getelementptr inbounds nuw %class.anon.6, ptr %4, i32 0, i32 0
  %14 = load ptr, ptr %3, align 8
  store ptr %14, ptr %13, align 8
  %15 = getelementptr inbounds i8, ptr %4, i64 8
  %16 = getelementptr inbounds nuw %class.anon.6, ptr %4, i32 0, i32 0
  %17 = load ptr, ptr %16, align 8
  call void @"_ZL5shareIZL5applyI3$_1EvPK9ActivatedT_EUllE_EvlS5_"(i64 noundef %12, ptr %17)
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
  %3 = alloca %class.anon.0, align 8
  store ptr %0, ptr %2, align 8
  %4 = load ptr, ptr %2, align 8
  %5 = getelementptr inbounds nuw %class.anon.0, ptr %3, i32 0, i32 0
  %6 = load ptr, ptr %2, align 8
  store ptr %6, ptr %5, align 8
  %7 = getelementptr inbounds nuw %class.anon.0, ptr %3, i32 0, i32 0
  %8 = load ptr, ptr %7, align 8
  call void @"_ZL5applyIZ4gateE3$_0EvPK9ActivatedT_"(ptr noundef %4, ptr %8)
  ret void
}
define internal void @"_ZL5applyIZ4gateE3$_0EvPK9ActivatedT_"(ptr noundef %0, ptr %1) #2 {
  %3 = alloca %class.anon.0, align 8
  %4 = alloca ptr, align 8
  %5 = alloca %class.anon.8, align 8
  %6 = getelementptr inbounds nuw %class.anon.0, ptr %3, i32 0, i32 0
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
  %15 = getelementptr inbounds nuw %class.anon.8, ptr %5, i32 0, i32 0
  %16 = load ptr, ptr %4, align 8
  store ptr %16, ptr %15, align 8
  %17 = getelementptr inbounds nuw %class.anon.8, ptr %5, i32 0, i32 1
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
  %4 = alloca %class.anon.1, align 8
  %5 = alloca %class.anon, align 1
  store ptr %0, ptr %2, align 8
  %6 = load ptr, ptr %2, align 8
  %7 = getelementptr inbounds nuw %struct.Step, ptr %6, i32 0, i32 14
  %8 = load i64, ptr %7, align 8
  %9 = add nsw i64 %8, 32
  %10 = mul nsw i64 4, %9
  %11 = alloca i8, i64 %10, align 64
  store ptr %11, ptr %3, align 8
  %12 = load ptr, ptr %2, align 8
  %13 = getelementptr inbounds nuw %struct.Step, ptr %12, i32 0, i32 9
  %14 = load i64, ptr %13, align 8
  %15 = load ptr, ptr %2, align 8
  %16 = getelementptr inbounds nuw %struct.Step, ptr %15, i32 0, i32 11
  %17 = load i64, ptr %16, align 8
  %18 = mul nsw i64 %14, %17
  %19 = getelementptr inbounds nuw %class.anon.1, ptr %4, i32 0, i32 0
  %20 = load ptr, ptr %2, align 8
  store ptr %20, ptr %19, align 8
  %21 = getelementptr inbounds nuw %class.anon.1, ptr %4, i32 0, i32 1
  %22 = load ptr, ptr %3, align 8
  store ptr %22, ptr %21, align 8
  %23 = getelementptr inbounds nuw { ptr, ptr }, ptr %4, i32 0, i32 0
  %24 = load ptr, ptr %23, align 8
  %25 = getelementptr inbounds nuw { ptr, ptr }, ptr %4, i32 0, i32 1
  %26 = load ptr, ptr %25, align 8
  call void @"_ZL5shareIZ4stepE3$_0EvlT_"(i64 noundef %18, ptr %24, ptr %26)
  %27 = load ptr, ptr %2, align 8
  %28 = getelementptr inbounds nuw %struct.Step, ptr %27, i32 0, i32 16
  call void @"_ZL5applyI3$_1EvPK9ActivatedT_"(ptr noundef %28)
  ret void
}
define internal void @"_ZL5shareIZ4stepE3$_0EvlT_"(i64 noundef %0, ptr %1, ptr %2) #2 {
  %4 = alloca %class.anon.1, align 8
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
  %3 = alloca %class.anon.2, align 8
  store ptr %0, ptr %2, align 8
  %4 = load ptr, ptr %2, align 8
  %5 = getelementptr inbounds nuw %struct.Step, ptr %4, i32 0, i32 9
  %6 = load i64, ptr %5, align 8
  %7 = getelementptr inbounds nuw %class.anon.2, ptr %3, i32 0, i32 0
  %8 = load ptr, ptr %2, align 8
  store ptr %8, ptr %7, align 8
  %9 = getelementptr inbounds nuw %class.anon.2, ptr %3, i32 0, i32 0
  %10 = load ptr, ptr %9, align 8
  call void @"_ZL5shareIZ11rotate_rowsE3$_0EvlT_"(i64 noundef %6, ptr %10)
  ret void
}
define internal void @"_ZL5shareIZ11rotate_rowsE3$_0EvlT_"(i64 noundef %0, ptr %1) #2 {
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
define void @run_norm_rows(ptr noundef %0, i32 noundef %1) #0 {
  %3 = alloca ptr, align 8
  %4 = alloca i32, align 4
  store ptr %0, ptr %3, align 8
  store i32 %1, ptr %4, align 4
  %5 = load ptr, ptr %3, align 8
  %6 = load i32, ptr %4, align 4
  call void @GOMP_parallel(ptr noundef @norm_rows, ptr noundef %5, i32 noundef %6, i32 noundef 0)
  ret void
}
define void @norm_rows(ptr noundef %0) #0 {
  %2 = alloca ptr, align 8
  %3 = alloca %class.anon.3, align 8
  store ptr %0, ptr %2, align 8
  %4 = load ptr, ptr %2, align 8
  %5 = getelementptr inbounds nuw %struct.Layer, ptr %4, i32 0, i32 6
  %6 = load i64, ptr %5, align 8
  %7 = getelementptr inbounds nuw %class.anon.3, ptr %3, i32 0, i32 0
  %8 = load ptr, ptr %2, align 8
  store ptr %8, ptr %7, align 8
  %9 = getelementptr inbounds nuw %class.anon.3, ptr %3, i32 0, i32 0
  %10 = load ptr, ptr %9, align 8
  call void @"_ZL5shareIZ9norm_rowsE3$_0EvlT_"(i64 noundef %6, ptr %10)
  ret void
}
define internal void @"_ZL5shareIZ9norm_rowsE3$_0EvlT_"(i64 noundef %0, ptr %1) #2 {
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
  call void @"_ZZ9norm_rowsENK3$_0clEl"(ptr noundef nonnull align 8 dereferenceable(8) %3, i64 noundef %31)
  br label %32
32:                                               ; preds = %30
  %33 = load i64, ptr %8, align 8
  %34 = add nsw i64 %33, 1
  store i64 %34, ptr %8, align 8
  br label %25, !llvm.loop !9
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
  %3 = alloca %class.anon.4, align 8
  %4 = alloca ptr, align 8
  %5 = alloca ptr, align 8
  %6 = alloca ptr, align 8
  %7 = alloca %struct.anon, align 8
  %8 = alloca %class.anon.5, align 8
  store ptr %0, ptr %2, align 8
  %9 = load ptr, ptr %2, align 8
  %10 = getelementptr inbounds nuw %struct.Layer, ptr %9, i32 0, i32 6
  %11 = load i64, ptr %10, align 8
  %12 = getelementptr inbounds nuw %class.anon.4, ptr %3, i32 0, i32 0
  %13 = load ptr, ptr %2, align 8
  store ptr %13, ptr %12, align 8
  %14 = getelementptr inbounds nuw %class.anon.4, ptr %3, i32 0, i32 0
  %15 = load ptr, ptr %14, align 8
  call void @"_ZL5shareIZ5layerE3$_0EvlT_"(i64 noundef %11, ptr %15)
  %16 = load ptr, ptr %2, align 8
  %17 = getelementptr inbounds nuw %struct.Layer, ptr %16, i32 0, i32 9
  store ptr %17, ptr %4, align 8
  %18 = load ptr, ptr %4, align 8, !nonnull !10, !align !11
  %19 = getelementptr inbounds [3 x %struct.anon], ptr %18, i64 0, i64 0
  store ptr %19, ptr %5, align 8
  %20 = load ptr, ptr %4, align 8, !nonnull !10, !align !11
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
  %46 = getelementptr inbounds nuw %class.anon.5, ptr %8, i32 0, i32 0
  %47 = load ptr, ptr %2, align 8
  store ptr %47, ptr %46, align 8
  %48 = getelementptr inbounds nuw %class.anon.5, ptr %8, i32 0, i32 0
  %49 = load ptr, ptr %48, align 8
  call void @"_ZL5shareIZ5layerE3$_1EvlT_"(i64 noundef %45, ptr %49)
  ret void
}
define internal void @"_ZL5shareIZ5layerE3$_0EvlT_"(i64 noundef %0, ptr %1) #2 {
  %3 = alloca %class.anon.4, align 8
  %4 = alloca i64, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  %7 = alloca i64, align 8
  %8 = alloca i64, align 8
  %9 = getelementptr inbounds nuw %class.anon.4, ptr %3, i32 0, i32 0
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
  br label %25, !llvm.loop !12
35:                                               ; preds = %29
  ret void
}
declare void @llvm.memcpy.p0.p0.i64(ptr noalias writeonly captures(none), ptr noalias readonly captures(none), i64, i1 immarg) #4
declare void @GOMP_barrier() #1
define internal void @"_ZL5shareIZ5layerE3$_1EvlT_"(i64 noundef %0, ptr %1) #2 {
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
  call void @"_ZZ5layerENK3$_1clEl"(ptr noundef nonnull align 8 dereferenceable(8) %3, i64 noundef %31)
  br label %32
32:                                               ; preds = %30
  %33 = load i64, ptr %8, align 8
  %34 = add nsw i64 %33, 1
  store i64 %34, ptr %8, align 8
  br label %25, !llvm.loop !13
35:                                               ; preds = %29
  ret void
}
define internal void @"_ZL5shareIZL5applyI3$_1EvPK9ActivatedT_EUllE_EvlS5_"(i64 noundef %0, ptr %1) #2 {
  %3 = alloca %class.anon.6, align 8
  %4 = alloca i64, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  %7 = alloca i64, align 8
  %8 = alloca i64, align 8
  %9 = getelementptr inbounds nuw %class.anon.6, ptr %3, i32 0, i32 0
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
  call void @"_ZZL5applyI3$_1EvPK9ActivatedT_ENKUllE_clEl"(ptr noundef nonnull align 8 dereferenceable(9) %3, i64 noundef %31)
  br label %32
32:                                               ; preds = %30
  %33 = load i64, ptr %8, align 8
  %34 = add nsw i64 %33, 1
  store i64 %34, ptr %8, align 8
  br label %25, !llvm.loop !14
35:                                               ; preds = %29
  ret void
}
declare i32 @omp_get_thread_num() #1
declare i32 @omp_get_num_threads() #1
define internal void @"_ZZL5applyI3$_1EvPK9ActivatedT_ENKUllE_clEl"(ptr noundef nonnull align 8 dereferenceable(9) %0, i64 noundef %1) #5 align 2 {
  %3 = alloca ptr, align 8
  %4 = alloca i64, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  store ptr %0, ptr %3, align 8
  store i64 %1, ptr %4, align 8
  %7 = load ptr, ptr %3, align 8
  %8 = load i64, ptr %4, align 8
  %9 = getelementptr inbounds nuw %class.anon.6, ptr %7, i32 0, i32 0
  %10 = load ptr, ptr %9, align 8
  %11 = getelementptr inbounds nuw %struct.Activated, ptr %10, i32 0, i32 3
  %12 = load i64, ptr %11, align 8
  %13 = sdiv i64 %12, 16
  %14 = sdiv i64 %8, %13
  store i64 %14, ptr %5, align 8
  %15 = load i64, ptr %4, align 8
  %16 = getelementptr inbounds nuw %class.anon.6, ptr %7, i32 0, i32 0
  %17 = load ptr, ptr %16, align 8
  %18 = getelementptr inbounds nuw %struct.Activated, ptr %17, i32 0, i32 3
  %19 = load i64, ptr %18, align 8
  %20 = sdiv i64 %19, 16
  %21 = srem i64 %15, %20
  %22 = mul nsw i64 %21, 16
  store i64 %22, ptr %6, align 8
  %23 = getelementptr inbounds nuw %class.anon.6, ptr %7, i32 0, i32 0
  %24 = load ptr, ptr %23, align 8
  %25 = getelementptr inbounds nuw %struct.Activated, ptr %24, i32 0, i32 1
  %26 = load ptr, ptr %25, align 8
  %27 = load i64, ptr %5, align 8
  %28 = getelementptr inbounds nuw %class.anon.6, ptr %7, i32 0, i32 0
  %29 = load ptr, ptr %28, align 8
  %30 = getelementptr inbounds nuw %struct.Activated, ptr %29, i32 0, i32 5
  %31 = load i64, ptr %30, align 8
  %32 = mul nsw i64 %27, %31
  %33 = getelementptr inbounds i16, ptr %26, i64 %32
  %34 = load i64, ptr %6, align 8
  %35 = getelementptr inbounds i16, ptr %33, i64 %34
  %36 = getelementptr inbounds i8, ptr %7, i64 8
  %37 = getelementptr inbounds nuw %class.anon.6, ptr %7, i32 0, i32 0
  %38 = load ptr, ptr %37, align 8
  %39 = getelementptr inbounds nuw %struct.Activated, ptr %38, i32 0, i32 0
  %40 = load ptr, ptr %39, align 8
  %41 = load i64, ptr %5, align 8
  %42 = getelementptr inbounds nuw %class.anon.6, ptr %7, i32 0, i32 0
  %43 = load ptr, ptr %42, align 8
  %44 = getelementptr inbounds nuw %struct.Activated, ptr %43, i32 0, i32 4
  %45 = load i64, ptr %44, align 8
  %46 = mul nsw i64 %41, %45
  %47 = getelementptr inbounds i16, ptr %40, i64 %46
  %48 = load i64, ptr %6, align 8
  %49 = getelementptr inbounds i16, ptr %47, i64 %48
  %50 = call noundef <16 x float> @"_ZNK3$_1clEPKt"(ptr noundef nonnull align 1 dereferenceable(1) %36, ptr noundef %49)
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
define internal noundef <16 x float> @"_ZNK3$_1clEPKt"(ptr noundef nonnull align 1 dereferenceable(1) %0, ptr noundef %1) #5 align 2 {
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
  %37 = load ptr, ptr %8, align 8, !nonnull !10, !align !11
  %38 = getelementptr inbounds [7 x double], ptr %37, i64 0, i64 0
  store ptr %38, ptr %9, align 8
  %39 = load ptr, ptr %8, align 8, !nonnull !10, !align !11
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
  br label %42, !llvm.loop !15
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
  %4 = alloca %class.anon.8, align 8
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
  br label %27, !llvm.loop !17
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
  %9 = getelementptr inbounds nuw %class.anon.8, ptr %7, i32 0, i32 0
  %10 = load ptr, ptr %9, align 8
  %11 = getelementptr inbounds nuw %struct.Activated, ptr %10, i32 0, i32 3
  %12 = load i64, ptr %11, align 8
  %13 = sdiv i64 %12, 16
  %14 = sdiv i64 %8, %13
  store i64 %14, ptr %5, align 8
  %15 = load i64, ptr %4, align 8
  %16 = getelementptr inbounds nuw %class.anon.8, ptr %7, i32 0, i32 0
  %17 = load ptr, ptr %16, align 8
  %18 = getelementptr inbounds nuw %struct.Activated, ptr %17, i32 0, i32 3
  %19 = load i64, ptr %18, align 8
  %20 = sdiv i64 %19, 16
  %21 = srem i64 %15, %20
  %22 = mul nsw i64 %21, 16
  store i64 %22, ptr %6, align 8
  %23 = getelementptr inbounds nuw %class.anon.8, ptr %7, i32 0, i32 0
  %24 = load ptr, ptr %23, align 8
  %25 = getelementptr inbounds nuw %struct.Activated, ptr %24, i32 0, i32 1
  %26 = load ptr, ptr %25, align 8
  %27 = load i64, ptr %5, align 8
  %28 = getelementptr inbounds nuw %class.anon.8, ptr %7, i32 0, i32 0
  %29 = load ptr, ptr %28, align 8
  %30 = getelementptr inbounds nuw %struct.Activated, ptr %29, i32 0, i32 5
  %31 = load i64, ptr %30, align 8
  %32 = mul nsw i64 %27, %31
  %33 = getelementptr inbounds i16, ptr %26, i64 %32
  %34 = load i64, ptr %6, align 8
  %35 = getelementptr inbounds i16, ptr %33, i64 %34
  %36 = getelementptr inbounds nuw %class.anon.8, ptr %7, i32 0, i32 1
  %37 = getelementptr inbounds nuw %class.anon.8, ptr %7, i32 0, i32 0
  %38 = load ptr, ptr %37, align 8
  %39 = getelementptr inbounds nuw %struct.Activated, ptr %38, i32 0, i32 0
  %40 = load ptr, ptr %39, align 8
  %41 = load i64, ptr %5, align 8
  %42 = getelementptr inbounds nuw %class.anon.8, ptr %7, i32 0, i32 0
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
  %15 = getelementptr inbounds nuw %class.anon.0, ptr %5, i32 0, i32 0
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
  %6 = getelementptr inbounds nuw %class.anon.1, ptr %5, i32 0, i32 0
  %7 = load ptr, ptr %6, align 8
  %8 = getelementptr inbounds nuw %class.anon.1, ptr %5, i32 0, i32 1
  %9 = load ptr, ptr %8, align 8
  %10 = load i64, ptr %4, align 8
  %11 = getelementptr inbounds nuw %class.anon.1, ptr %5, i32 0, i32 0
  %12 = load ptr, ptr %11, align 8
  %13 = getelementptr inbounds nuw %struct.Step, ptr %12, i32 0, i32 11
  %14 = load i64, ptr %13, align 8
  %15 = sdiv i64 %10, %14
  %16 = load i64, ptr %4, align 8
  %17 = getelementptr inbounds nuw %class.anon.1, ptr %5, i32 0, i32 0
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
  %9 = alloca ptr, align 8
  %10 = alloca i64, align 8
  %11 = alloca i64, align 8
  %12 = alloca i64, align 8
  store ptr %0, ptr %5, align 8
  store ptr %1, ptr %6, align 8
  store i64 %2, ptr %7, align 8
  store i64 %3, ptr %8, align 8
  %13 = load ptr, ptr %5, align 8
  %14 = getelementptr inbounds nuw %struct.Step, ptr %13, i32 0, i32 0
  %15 = load ptr, ptr %14, align 8
  %16 = load i64, ptr %7, align 8
  %17 = load ptr, ptr %5, align 8
  %18 = getelementptr inbounds nuw %struct.Step, ptr %17, i32 0, i32 16
  %19 = getelementptr inbounds nuw %struct.Activated, ptr %18, i32 0, i32 4
  %20 = load i64, ptr %19, align 8
  %21 = mul nsw i64 %16, %20
  %22 = getelementptr inbounds i16, ptr %15, i64 %21
  %23 = load ptr, ptr %5, align 8
  %24 = getelementptr inbounds nuw %struct.Step, ptr %23, i32 0, i32 10
  %25 = load i64, ptr %24, align 8
  %26 = load i64, ptr %8, align 8
  %27 = add nsw i64 %25, %26
  %28 = load i64, ptr @HEAD_DIM, align 8
  %29 = mul nsw i64 %27, %28
  %30 = getelementptr inbounds i16, ptr %22, i64 %29
  store ptr %30, ptr %9, align 8
  %31 = load i64, ptr %7, align 8
  %32 = load ptr, ptr %5, align 8
  %33 = getelementptr inbounds nuw %struct.Step, ptr %32, i32 0, i32 12
  %34 = load i64, ptr %33, align 8
  %35 = mul nsw i64 %31, %34
  %36 = load i64, ptr %8, align 8
  %37 = load ptr, ptr %5, align 8
  %38 = getelementptr inbounds nuw %struct.Step, ptr %37, i32 0, i32 13
  %39 = load i64, ptr %38, align 8
  %40 = mul nsw i64 %36, %39
  %41 = add nsw i64 %35, %40
  %42 = load ptr, ptr %5, align 8
  %43 = getelementptr inbounds nuw %struct.Step, ptr %42, i32 0, i32 4
  %44 = load ptr, ptr %43, align 8
  %45 = load i64, ptr %7, align 8
  %46 = getelementptr inbounds i64, ptr %44, i64 %45
  %47 = load i64, ptr %46, align 8
  %48 = load i64, ptr @HEAD_DIM, align 8
  %49 = mul nsw i64 %47, %48
  %50 = add nsw i64 %41, %49
  store i64 %50, ptr %10, align 8
  %51 = load ptr, ptr %5, align 8
  %52 = getelementptr inbounds nuw %struct.Step, ptr %51, i32 0, i32 10
  %53 = load i64, ptr %52, align 8
  %54 = load ptr, ptr %5, align 8
  %55 = getelementptr inbounds nuw %struct.Step, ptr %54, i32 0, i32 11
  %56 = load i64, ptr %55, align 8
  %57 = sdiv i64 %53, %56
  store i64 %57, ptr %11, align 8
  %58 = load ptr, ptr %5, align 8
  %59 = load i64, ptr %7, align 8
  %60 = load ptr, ptr %9, align 8
  %61 = load ptr, ptr %5, align 8
  %62 = getelementptr inbounds nuw %struct.Step, ptr %61, i32 0, i32 8
  %63 = load ptr, ptr %62, align 8
  %64 = load ptr, ptr %5, align 8
  %65 = getelementptr inbounds nuw %struct.Step, ptr %64, i32 0, i32 5
  %66 = load ptr, ptr %65, align 8
  %67 = load i64, ptr %10, align 8
  %68 = getelementptr inbounds i16, ptr %66, i64 %67
  call void @_ZL7preparePK4SteplPKtS3_Pt(ptr noundef %58, i64 noundef %59, ptr noundef %60, ptr noundef %63, ptr noundef %68)
  %69 = load ptr, ptr %5, align 8
  %70 = getelementptr inbounds nuw %struct.Step, ptr %69, i32 0, i32 6
  %71 = load ptr, ptr %70, align 8
  %72 = load i64, ptr %10, align 8
  %73 = getelementptr inbounds i16, ptr %71, i64 %72
  %74 = load ptr, ptr %9, align 8
  %75 = load ptr, ptr %5, align 8
  %76 = getelementptr inbounds nuw %struct.Step, ptr %75, i32 0, i32 11
  %77 = load i64, ptr %76, align 8
  %78 = load i64, ptr @HEAD_DIM, align 8
  %79 = mul nsw i64 %77, %78
  %80 = getelementptr inbounds i16, ptr %74, i64 %79
  %81 = load i64, ptr @HEAD_DIM, align 8
  %82 = mul nsw i64 2, %81
  call void @llvm.memcpy.p0.p0.i64(ptr align 2 %73, ptr align 2 %80, i64 %82, i1 false)
  %83 = load i64, ptr %8, align 8
  %84 = load i64, ptr %11, align 8
  %85 = mul nsw i64 %83, %84
  store i64 %85, ptr %12, align 8
  br label %86
86:                                               ; preds = %100, %4
  %87 = load i64, ptr %12, align 8
  %88 = load i64, ptr %8, align 8
  %89 = add nsw i64 %88, 1
  %90 = load i64, ptr %11, align 8
  %91 = mul nsw i64 %89, %90
  %92 = icmp slt i64 %87, %91
  br i1 %92, label %94, label %93
93:                                               ; preds = %86
  br label %103
94:                                               ; preds = %86
  %95 = load ptr, ptr %5, align 8
  %96 = load ptr, ptr %6, align 8
  %97 = load i64, ptr %7, align 8
  %98 = load i64, ptr %12, align 8
  %99 = load i64, ptr %8, align 8
  call void @_ZL6attendPK4StepPflll(ptr noundef %95, ptr noundef %96, i64 noundef %97, i64 noundef %98, i64 noundef %99)
  br label %100
100:                                              ; preds = %94
  %101 = load i64, ptr %12, align 8
  %102 = add nsw i64 %101, 1
  store i64 %102, ptr %12, align 8
  br label %86, !llvm.loop !18
103:                                              ; preds = %93
  ret void
}
define internal void @_ZL7preparePK4SteplPKtS3_Pt(ptr noundef %0, i64 noundef %1, ptr noundef %2, ptr noundef %3, ptr noundef %4) #6 {
  %6 = alloca ptr, align 8
  %7 = alloca i64, align 8
  %8 = alloca ptr, align 8
  %9 = alloca ptr, align 8
  %10 = alloca ptr, align 8
  %11 = alloca <16 x float>, align 64
  %12 = alloca i64, align 8
  %13 = alloca float, align 4
  %14 = alloca i64, align 8
  store ptr %0, ptr %6, align 8
  store i64 %1, ptr %7, align 8
  store ptr %2, ptr %8, align 8
  store ptr %3, ptr %9, align 8
  store ptr %4, ptr %10, align 8
  store <16 x float> zeroinitializer, ptr %11, align 64
  store i64 0, ptr %12, align 8
  br label %15
15:                                               ; preds = %31, %5
  %16 = load i64, ptr %12, align 8
  %17 = load i64, ptr @HEAD_DIM, align 8
  %18 = icmp slt i64 %16, %17
  br i1 %18, label %20, label %19
19:                                               ; preds = %15
  br label %34
20:                                               ; preds = %15
  %21 = load ptr, ptr %8, align 8
  %22 = load i64, ptr %12, align 8
  %23 = getelementptr inbounds i16, ptr %21, i64 %22
  %24 = call noundef <16 x float> @_ZL4wideILi16EEDvmlLm4ET__fPKt(ptr noundef %23)
  %25 = load ptr, ptr %8, align 8
  %26 = load i64, ptr %12, align 8
  %27 = getelementptr inbounds i16, ptr %25, i64 %26
  %28 = call noundef <16 x float> @_ZL4wideILi16EEDvmlLm4ET__fPKt(ptr noundef %27)
  %29 = load <16 x float>, ptr %11, align 64
  %30 = call noundef <16 x float> @_ZL3fmaIDv16_fET_S1_S1_S1_(<16 x float> noundef %24, <16 x float> noundef %28, <16 x float> noundef %29)
  store <16 x float> %30, ptr %11, align 64
  br label %31
31:                                               ; preds = %20
  %32 = load i64, ptr %12, align 8
  %33 = add nsw i64 %32, 16
  store i64 %33, ptr %12, align 8
  br label %15, !llvm.loop !19
34:                                               ; preds = %19
  %35 = load <16 x float>, ptr %11, align 64
  %36 = call noundef float @_ZL5totalIDv16_fEfT_(<16 x float> noundef %35)
  %37 = load i64, ptr @HEAD_DIM, align 8
  %38 = sitofp i64 %37 to float
  %39 = fdiv float %36, %38
  %40 = load ptr, ptr %6, align 8
  %41 = getelementptr inbounds nuw %struct.Step, ptr %40, i32 0, i32 15
  %42 = load float, ptr %41, align 8
  %43 = fadd float %39, %42
  %44 = call float @llvm.sqrt.f32(float %43)
  %45 = fdiv float 1.000000e+00, %44
  store float %45, ptr %13, align 4
  store i64 0, ptr %14, align 8
  br label %46
46:                                               ; preds = %78, %34
  %47 = load i64, ptr %14, align 8
  %48 = load i64, ptr @HEAD_DIM, align 8
  %49 = icmp slt i64 %47, %48
  br i1 %49, label %51, label %50
50:                                               ; preds = %46
  br label %81
51:                                               ; preds = %46
  %52 = load ptr, ptr %10, align 8
  %53 = load i64, ptr %14, align 8
  %54 = getelementptr inbounds i16, ptr %52, i64 %53
  %55 = load i64, ptr @NORMED, align 8
  %56 = icmp ne i64 %55, 0
  br i1 %56, label %57, label %71
57:                                               ; preds = %51
  %58 = load ptr, ptr %8, align 8
  %59 = load i64, ptr %14, align 8
  %60 = getelementptr inbounds i16, ptr %58, i64 %59
  %61 = call noundef <16 x float> @_ZL4wideILi16EEDvmlLm4ET__fPKt(ptr noundef %60)
  %62 = load float, ptr %13, align 4
  %63 = insertelement <16 x float> poison, float %62, i64 0
  %64 = shufflevector <16 x float> %63, <16 x float> poison, <16 x i32> zeroinitializer
  %65 = fmul <16 x float> %61, %64
  %66 = load ptr, ptr %9, align 8
  %67 = load i64, ptr %14, align 8
  %68 = getelementptr inbounds i16, ptr %66, i64 %67
  %69 = call noundef <16 x float> @_ZL4wideILi16EEDvmlLm4ET__fPKt(ptr noundef %68)
  %70 = fmul <16 x float> %65, %69
  br label %76
71:                                               ; preds = %51
  %72 = load ptr, ptr %8, align 8
  %73 = load i64, ptr %14, align 8
  %74 = getelementptr inbounds i16, ptr %72, i64 %73
  %75 = call noundef <16 x float> @_ZL4wideILi16EEDvmlLm4ET__fPKt(ptr noundef %74)
  br label %76
76:                                               ; preds = %71, %57
  %77 = phi <16 x float> [ %70, %57 ], [ %75, %71 ]
  call void @_ZL8round_toIDv16_fEvPtT_(ptr noundef %54, <16 x float> noundef %77)
  br label %78
78:                                               ; preds = %76
  %79 = load i64, ptr %14, align 8
  %80 = add nsw i64 %79, 16
  store i64 %80, ptr %14, align 8
  br label %46, !llvm.loop !20
81:                                               ; preds = %50
  %82 = load ptr, ptr %6, align 8
  %83 = load i64, ptr %7, align 8
  %84 = load ptr, ptr %10, align 8
  call void @_ZL6rotatePK4SteplPt(ptr noundef %82, i64 noundef %83, ptr noundef %84)
  ret void
}
define internal void @_ZL6attendPK4StepPflll(ptr noundef %0, ptr noundef %1, i64 noundef %2, i64 noundef %3, i64 noundef %4) #10 {
  %6 = alloca ptr, align 8
  %7 = alloca ptr, align 8
  %8 = alloca i64, align 8
  %9 = alloca i64, align 8
  %10 = alloca i64, align 8
  %11 = alloca [256 x i16], align 16
  %12 = alloca i64, align 8
  %13 = alloca i64, align 8
  %14 = alloca float, align 4
  %15 = alloca [16 x <16 x float>], align 64
  %16 = alloca i64, align 8
  %17 = alloca i64, align 8
  %18 = alloca i32, align 4
  %19 = alloca ptr, align 8
  %20 = alloca i64, align 8
  %21 = alloca ptr, align 8
  %22 = alloca i64, align 8
  store ptr %0, ptr %6, align 8
  store ptr %1, ptr %7, align 8
  store i64 %2, ptr %8, align 8
  store i64 %3, ptr %9, align 8
  store i64 %4, ptr %10, align 8
  %23 = load i64, ptr %8, align 8
  %24 = load ptr, ptr %6, align 8
  %25 = getelementptr inbounds nuw %struct.Step, ptr %24, i32 0, i32 12
  %26 = load i64, ptr %25, align 8
  %27 = mul nsw i64 %23, %26
  %28 = load i64, ptr %10, align 8
  %29 = load ptr, ptr %6, align 8
  %30 = getelementptr inbounds nuw %struct.Step, ptr %29, i32 0, i32 13
  %31 = load i64, ptr %30, align 8
  %32 = mul nsw i64 %28, %31
  %33 = add nsw i64 %27, %32
  store i64 %33, ptr %12, align 8
  %34 = load ptr, ptr %6, align 8
  %35 = getelementptr inbounds nuw %struct.Step, ptr %34, i32 0, i32 4
  %36 = load ptr, ptr %35, align 8
  %37 = load i64, ptr %8, align 8
  %38 = getelementptr inbounds i64, ptr %36, i64 %37
  %39 = load i64, ptr %38, align 8
  store i64 %39, ptr %13, align 8
  %40 = load ptr, ptr %6, align 8
  %41 = load i64, ptr %8, align 8
  %42 = load ptr, ptr %6, align 8
  %43 = getelementptr inbounds nuw %struct.Step, ptr %42, i32 0, i32 0
  %44 = load ptr, ptr %43, align 8
  %45 = load i64, ptr %8, align 8
  %46 = load ptr, ptr %6, align 8
  %47 = getelementptr inbounds nuw %struct.Step, ptr %46, i32 0, i32 16
  %48 = getelementptr inbounds nuw %struct.Activated, ptr %47, i32 0, i32 4
  %49 = load i64, ptr %48, align 8
  %50 = mul nsw i64 %45, %49
  %51 = getelementptr inbounds i16, ptr %44, i64 %50
  %52 = load i64, ptr %9, align 8
  %53 = load i64, ptr @HEAD_DIM, align 8
  %54 = mul nsw i64 %52, %53
  %55 = getelementptr inbounds i16, ptr %51, i64 %54
  %56 = load ptr, ptr %6, align 8
  %57 = getelementptr inbounds nuw %struct.Step, ptr %56, i32 0, i32 7
  %58 = load ptr, ptr %57, align 8
  %59 = getelementptr inbounds [256 x i16], ptr %11, i64 0, i64 0
  call void @_ZL7preparePK4SteplPKtS3_Pt(ptr noundef %40, i64 noundef %41, ptr noundef %55, ptr noundef %58, ptr noundef %59)
  %60 = getelementptr inbounds [256 x i16], ptr %11, i64 0, i64 0
  %61 = load ptr, ptr %6, align 8
  %62 = getelementptr inbounds nuw %struct.Step, ptr %61, i32 0, i32 5
  %63 = load ptr, ptr %62, align 8
  %64 = load i64, ptr %12, align 8
  %65 = getelementptr inbounds i16, ptr %63, i64 %64
  %66 = load i64, ptr %13, align 8
  %67 = load ptr, ptr %7, align 8
  %68 = call noundef float @_ZL12exponentialsPKtS0_lPf(ptr noundef %60, ptr noundef %65, i64 noundef %66, ptr noundef %67)
  %69 = fdiv float 1.000000e+00, %68
  store float %69, ptr %14, align 4
  store i64 0, ptr %16, align 8
  br label %70
70:                                               ; preds = %79, %5
  %71 = load i64, ptr %16, align 8
  %72 = load i64, ptr @HEAD_DIM, align 8
  %73 = icmp slt i64 %71, %72
  br i1 %73, label %75, label %74
74:                                               ; preds = %70
  br label %82
75:                                               ; preds = %70
  %76 = load i64, ptr %16, align 8
  %77 = sdiv i64 %76, 16
  %78 = getelementptr inbounds [16 x <16 x float>], ptr %15, i64 0, i64 %77
  store <16 x float> zeroinitializer, ptr %78, align 64
  br label %79
79:                                               ; preds = %75
  %80 = load i64, ptr %16, align 8
  %81 = add nsw i64 %80, 16
  store i64 %81, ptr %16, align 8
  br label %70, !llvm.loop !21
82:                                               ; preds = %74
  store i64 0, ptr %17, align 8
  br label %83
83:                                               ; preds = %134, %82
  %84 = load i64, ptr %17, align 8
  %85 = load i64, ptr %13, align 8
  %86 = icmp sle i64 %84, %85
  br i1 %86, label %88, label %87
87:                                               ; preds = %83
  store i32 5, ptr %18, align 4
  br label %137
88:                                               ; preds = %83
  %89 = load ptr, ptr %6, align 8
  %90 = getelementptr inbounds nuw %struct.Step, ptr %89, i32 0, i32 6
  %91 = load ptr, ptr %90, align 8
  %92 = load i64, ptr %12, align 8
  %93 = getelementptr inbounds i16, ptr %91, i64 %92
  %94 = load i64, ptr %17, align 8
  %95 = load i64, ptr @HEAD_DIM, align 8
  %96 = mul nsw i64 %94, %95
  %97 = getelementptr inbounds i16, ptr %93, i64 %96
  store ptr %97, ptr %19, align 8
  store i64 0, ptr %20, align 8
  br label %98
98:                                               ; preds = %130, %88
  %99 = load i64, ptr %20, align 8
  %100 = load i64, ptr @HEAD_DIM, align 8
  %101 = icmp slt i64 %99, %100
  br i1 %101, label %103, label %102
102:                                              ; preds = %98
  store i32 8, ptr %18, align 4
  br label %133
103:                                              ; preds = %98
  %104 = load i64, ptr %20, align 8
  %105 = srem i64 %104, 32
  %106 = icmp eq i64 %105, 0
  br i1 %106, label %107, label %112
107:                                              ; preds = %103
  %108 = load ptr, ptr %19, align 8
  %109 = load i64, ptr %20, align 8
  %110 = getelementptr inbounds i16, ptr %108, i64 %109
  %111 = getelementptr inbounds i8, ptr %110, i64 2560
  call void @llvm.prefetch.p0(ptr %111, i32 0, i32 3, i32 1)
  br label %112
112:                                              ; preds = %107, %103
  %113 = load ptr, ptr %7, align 8
  %114 = load i64, ptr %17, align 8
  %115 = getelementptr inbounds float, ptr %113, i64 %114
  %116 = load float, ptr %115, align 4
  %117 = call noundef <16 x float> @_ZL3allf(float noundef %116)
  %118 = load ptr, ptr %19, align 8
  %119 = load i64, ptr %20, align 8
  %120 = getelementptr inbounds i16, ptr %118, i64 %119
  %121 = call noundef <16 x float> @_ZL4wideILi16EEDvmlLm4ET__fPKt(ptr noundef %120)
  %122 = load i64, ptr %20, align 8
  %123 = sdiv i64 %122, 16
  %124 = getelementptr inbounds [16 x <16 x float>], ptr %15, i64 0, i64 %123
  %125 = load <16 x float>, ptr %124, align 64
  %126 = call noundef <16 x float> @_ZL3fmaIDv16_fET_S1_S1_S1_(<16 x float> noundef %117, <16 x float> noundef %121, <16 x float> noundef %125)
  %127 = load i64, ptr %20, align 8
  %128 = sdiv i64 %127, 16
  %129 = getelementptr inbounds [16 x <16 x float>], ptr %15, i64 0, i64 %128
  store <16 x float> %126, ptr %129, align 64
  br label %130
130:                                              ; preds = %112
  %131 = load i64, ptr %20, align 8
  %132 = add nsw i64 %131, 16
  store i64 %132, ptr %20, align 8
  br label %98, !llvm.loop !22
133:                                              ; preds = %102
  br label %134
134:                                              ; preds = %133
  %135 = load i64, ptr %17, align 8
  %136 = add nsw i64 %135, 1
  store i64 %136, ptr %17, align 8
  br label %83, !llvm.loop !23
137:                                              ; preds = %87
  %138 = load ptr, ptr %6, align 8
  %139 = getelementptr inbounds nuw %struct.Step, ptr %138, i32 0, i32 1
  %140 = load ptr, ptr %139, align 8
  %141 = load i64, ptr %8, align 8
  %142 = load ptr, ptr %6, align 8
  %143 = getelementptr inbounds nuw %struct.Step, ptr %142, i32 0, i32 16
  %144 = getelementptr inbounds nuw %struct.Activated, ptr %143, i32 0, i32 5
  %145 = load i64, ptr %144, align 8
  %146 = mul nsw i64 %141, %145
  %147 = getelementptr inbounds i16, ptr %140, i64 %146
  %148 = load i64, ptr %9, align 8
  %149 = load i64, ptr @HEAD_DIM, align 8
  %150 = mul nsw i64 %148, %149
  %151 = getelementptr inbounds i16, ptr %147, i64 %150
  store ptr %151, ptr %21, align 8
  store i64 0, ptr %22, align 8
  br label %152
152:                                              ; preds = %169, %137
  %153 = load i64, ptr %22, align 8
  %154 = load i64, ptr @HEAD_DIM, align 8
  %155 = icmp slt i64 %153, %154
  br i1 %155, label %157, label %156
156:                                              ; preds = %152
  store i32 11, ptr %18, align 4
  br label %172
157:                                              ; preds = %152
  %158 = load ptr, ptr %21, align 8
  %159 = load i64, ptr %22, align 8
  %160 = getelementptr inbounds i16, ptr %158, i64 %159
  %161 = load i64, ptr %22, align 8
  %162 = sdiv i64 %161, 16
  %163 = getelementptr inbounds [16 x <16 x float>], ptr %15, i64 0, i64 %162
  %164 = load <16 x float>, ptr %163, align 64
  %165 = load float, ptr %14, align 4
  %166 = insertelement <16 x float> poison, float %165, i64 0
  %167 = shufflevector <16 x float> %166, <16 x float> poison, <16 x i32> zeroinitializer
  %168 = fmul <16 x float> %164, %167
  call void @_ZL8round_toIDv16_fEvPtT_(ptr noundef %160, <16 x float> noundef %168)
  br label %169
169:                                              ; preds = %157
  %170 = load i64, ptr %22, align 8
  %171 = add nsw i64 %170, 16
  store i64 %171, ptr %22, align 8
  br label %152, !llvm.loop !24
172:                                              ; preds = %156
  ret void
}
define internal noundef float @_ZL5totalIDv16_fEfT_(<16 x float> noundef %0) #6 {
  %2 = alloca <16 x float>, align 64
  %3 = alloca <1 x float>, align 4
  %4 = alloca <1 x float>, align 4
  store <16 x float> %0, ptr %2, align 64
  %5 = load <16 x float>, ptr %2, align 64
  %6 = call noundef i32 @_ZL6foldedILi1EDv16_fEDaT0_(<16 x float> noundef %5)
  store i32 %6, ptr %4, align 4
  %7 = load <1 x float>, ptr %4, align 4
  store <1 x float> %7, ptr %3, align 4
  %8 = load <1 x float>, ptr %3, align 4
  %9 = extractelement <1 x float> %8, i32 0
  ret float %9
}
declare float @llvm.sqrt.f32(float) #8
define internal void @_ZL6rotatePK4SteplPt(ptr noundef %0, i64 noundef %1, ptr noundef %2) #2 {
  %4 = alloca ptr, align 8
  %5 = alloca i64, align 8
  %6 = alloca ptr, align 8
  %7 = alloca ptr, align 8
  %8 = alloca ptr, align 8
  %9 = alloca i64, align 8
  %10 = alloca i64, align 8
  %11 = alloca float, align 4
  %12 = alloca float, align 4
  store ptr %0, ptr %4, align 8
  store i64 %1, ptr %5, align 8
  store ptr %2, ptr %6, align 8
  %13 = load ptr, ptr %4, align 8
  %14 = getelementptr inbounds nuw %struct.Step, ptr %13, i32 0, i32 2
  %15 = load ptr, ptr %14, align 8
  %16 = load i64, ptr %5, align 8
  %17 = load i64, ptr @ROTARY, align 8
  %18 = mul nsw i64 %16, %17
  %19 = getelementptr inbounds i16, ptr %15, i64 %18
  store ptr %19, ptr %7, align 8
  %20 = load ptr, ptr %4, align 8
  %21 = getelementptr inbounds nuw %struct.Step, ptr %20, i32 0, i32 3
  %22 = load ptr, ptr %21, align 8
  %23 = load i64, ptr %5, align 8
  %24 = load i64, ptr @ROTARY, align 8
  %25 = mul nsw i64 %23, %24
  %26 = getelementptr inbounds i16, ptr %22, i64 %25
  store ptr %26, ptr %8, align 8
  store i64 0, ptr %9, align 8
  %27 = load i64, ptr @ROTARY, align 8
  %28 = sdiv i64 %27, 2
  store i64 %28, ptr %10, align 8
  br label %29
29:                                               ; preds = %82, %3
  %30 = load i64, ptr %9, align 8
  %31 = load i64, ptr @ROTARY, align 8
  %32 = sdiv i64 %31, 2
  %33 = icmp slt i64 %30, %32
  br i1 %33, label %35, label %34
34:                                               ; preds = %29
  br label %87
35:                                               ; preds = %29
  %36 = load ptr, ptr %6, align 8
  %37 = load i64, ptr %9, align 8
  %38 = getelementptr inbounds i16, ptr %36, i64 %37
  %39 = load i16, ptr %38, align 2
  %40 = call noundef float @_ZL4widet(i16 noundef zeroext %39)
  store float %40, ptr %11, align 4
  %41 = load ptr, ptr %6, align 8
  %42 = load i64, ptr %10, align 8
  %43 = getelementptr inbounds i16, ptr %41, i64 %42
  %44 = load i16, ptr %43, align 2
  %45 = call noundef float @_ZL4widet(i16 noundef zeroext %44)
  store float %45, ptr %12, align 4
  %46 = load float, ptr %11, align 4
  %47 = load ptr, ptr %7, align 8
  %48 = load i64, ptr %9, align 8
  %49 = getelementptr inbounds i16, ptr %47, i64 %48
  %50 = load i16, ptr %49, align 2
  %51 = call noundef float @_ZL4widet(i16 noundef zeroext %50)
  %52 = load float, ptr %12, align 4
  %53 = load ptr, ptr %8, align 8
  %54 = load i64, ptr %9, align 8
  %55 = getelementptr inbounds i16, ptr %53, i64 %54
  %56 = load i16, ptr %55, align 2
  %57 = call noundef float @_ZL4widet(i16 noundef zeroext %56)
  %58 = fmul float %52, %57
  %59 = call float @llvm.fma.f32(float %46, float %51, float %58)
  %60 = call noundef zeroext i16 @_ZL6narrowf(float noundef %59)
  %61 = load ptr, ptr %6, align 8
  %62 = load i64, ptr %9, align 8
  %63 = getelementptr inbounds i16, ptr %61, i64 %62
  store i16 %60, ptr %63, align 2
  %64 = load float, ptr %12, align 4
  %65 = load ptr, ptr %7, align 8
  %66 = load i64, ptr %10, align 8
  %67 = getelementptr inbounds i16, ptr %65, i64 %66
  %68 = load i16, ptr %67, align 2
  %69 = call noundef float @_ZL4widet(i16 noundef zeroext %68)
  %70 = load float, ptr %11, align 4
  %71 = load ptr, ptr %8, align 8
  %72 = load i64, ptr %10, align 8
  %73 = getelementptr inbounds i16, ptr %71, i64 %72
  %74 = load i16, ptr %73, align 2
  %75 = call noundef float @_ZL4widet(i16 noundef zeroext %74)
  %76 = fmul float %70, %75
  %77 = call float @llvm.fma.f32(float %64, float %69, float %76)
  %78 = call noundef zeroext i16 @_ZL6narrowf(float noundef %77)
  %79 = load ptr, ptr %6, align 8
  %80 = load i64, ptr %10, align 8
  %81 = getelementptr inbounds i16, ptr %79, i64 %80
  store i16 %78, ptr %81, align 2
  br label %82
82:                                               ; preds = %35
  %83 = load i64, ptr %9, align 8
  %84 = add nsw i64 %83, 1
  store i64 %84, ptr %9, align 8
  %85 = load i64, ptr %10, align 8
  %86 = add nsw i64 %85, 1
  store i64 %86, ptr %10, align 8
  br label %29, !llvm.loop !25
87:                                               ; preds = %34
  ret void
}
define internal noundef i32 @_ZL6foldedILi1EDv16_fEDaT0_(<16 x float> noundef %0) #6 {
  %2 = alloca <1 x float>, align 4
  %3 = alloca <16 x float>, align 64
  %4 = alloca i32, align 4
  %5 = alloca <1 x float>, align 4
  store <16 x float> %0, ptr %3, align 64
  store i32 8, ptr %4, align 4
  %6 = load <16 x float>, ptr %3, align 64
  %7 = load <16 x float>, ptr %3, align 64
  %8 = call noundef <8 x float> @_ZL10neighboursILi8EDv16_fEDaT0_S1_(<16 x float> noundef %6, <16 x float> noundef %7)
  %9 = call noundef i32 @_ZL6foldedILi1EDv8_fEDaT0_(<8 x float> noundef %8)
  store i32 %9, ptr %5, align 4
  %10 = load <1 x float>, ptr %5, align 4
  store <1 x float> %10, ptr %2, align 4
  %11 = load i32, ptr %2, align 4
  ret i32 %11
}
define internal noundef i32 @_ZL6foldedILi1EDv8_fEDaT0_(<8 x float> noundef %0) #7 {
  %2 = alloca <1 x float>, align 4
  %3 = alloca <8 x float>, align 32
  %4 = alloca i32, align 4
  %5 = alloca <1 x float>, align 4
  store <8 x float> %0, ptr %3, align 32
  store i32 4, ptr %4, align 4
  %6 = load <8 x float>, ptr %3, align 32
  %7 = load <8 x float>, ptr %3, align 32
  %8 = call noundef <4 x float> @_ZL10neighboursILi4EDv8_fEDaT0_S1_(<8 x float> noundef %6, <8 x float> noundef %7)
  %9 = call noundef i32 @_ZL6foldedILi1EDv4_fEDaT0_(<4 x float> noundef %8)
  store i32 %9, ptr %5, align 4
  %10 = load <1 x float>, ptr %5, align 4
  store <1 x float> %10, ptr %2, align 4
  %11 = load i32, ptr %2, align 4
  ret i32 %11
}
define internal noundef <8 x float> @_ZL10neighboursILi8EDv16_fEDaT0_S1_(<16 x float> noundef %0, <16 x float> noundef %1) #6 {
  %3 = alloca <16 x float>, align 64
  %4 = alloca <16 x float>, align 64
  %5 = alloca %class.anon.9, align 1
  %6 = alloca %class.anon.11, align 1
  store <16 x float> %0, ptr %3, align 64
  store <16 x float> %1, ptr %4, align 64
  %7 = load <16 x float>, ptr %3, align 64
  %8 = load <16 x float>, ptr %4, align 64
  %9 = call noundef <8 x float> @"_ZL4pickILi8EDv16_f3$_8EDaT0_S2_T1_"(<16 x float> noundef %7, <16 x float> noundef %8)
  %10 = load <16 x float>, ptr %3, align 64
  %11 = load <16 x float>, ptr %4, align 64
  %12 = call noundef <8 x float> @"_ZL4pickILi8EDv16_f3$_9EDaT0_S2_T1_"(<16 x float> noundef %10, <16 x float> noundef %11)
  %13 = fadd <8 x float> %9, %12
  ret <8 x float> %13
}
define internal noundef i32 @_ZL6foldedILi1EDv4_fEDaT0_(<4 x float> noundef %0) #11 {
  %2 = alloca <1 x float>, align 4
  %3 = alloca <4 x float>, align 16
  %4 = alloca i32, align 4
  %5 = alloca <2 x float>, align 8
  %6 = alloca <2 x float>, align 8
  %7 = alloca <1 x float>, align 4
  store <4 x float> %0, ptr %3, align 16
  store i32 2, ptr %4, align 4
  %8 = load <4 x float>, ptr %3, align 16
  %9 = load <4 x float>, ptr %3, align 16
  %10 = call noundef double @_ZL10neighboursILi2EDv4_fEDaT0_S1_(<4 x float> noundef %8, <4 x float> noundef %9)
  store double %10, ptr %5, align 8
  %11 = load <2 x float>, ptr %5, align 8
  store <2 x float> %11, ptr %6, align 8
  %12 = load double, ptr %6, align 8
  %13 = call noundef i32 @_ZL6foldedILi1EDv2_fEDaT0_(double noundef %12)
  store i32 %13, ptr %7, align 4
  %14 = load <1 x float>, ptr %7, align 4
  store <1 x float> %14, ptr %2, align 4
  %15 = load i32, ptr %2, align 4
  ret i32 %15
}
define internal noundef <4 x float> @_ZL10neighboursILi4EDv8_fEDaT0_S1_(<8 x float> noundef %0, <8 x float> noundef %1) #7 {
  %3 = alloca <8 x float>, align 32
  %4 = alloca <8 x float>, align 32
  %5 = alloca %class.anon.9, align 1
  %6 = alloca %class.anon.11, align 1
  store <8 x float> %0, ptr %3, align 32
  store <8 x float> %1, ptr %4, align 32
  %7 = load <8 x float>, ptr %3, align 32
  %8 = load <8 x float>, ptr %4, align 32
  %9 = call noundef <4 x float> @"_ZL4pickILi4EDv8_f3$_8EDaT0_S2_T1_"(<8 x float> noundef %7, <8 x float> noundef %8)
  %10 = load <8 x float>, ptr %3, align 32
  %11 = load <8 x float>, ptr %4, align 32
  %12 = call noundef <4 x float> @"_ZL4pickILi4EDv8_f3$_9EDaT0_S2_T1_"(<8 x float> noundef %10, <8 x float> noundef %11)
  %13 = fadd <4 x float> %9, %12
  ret <4 x float> %13
}
define internal noundef i32 @_ZL6foldedILi1EDv2_fEDaT0_(double noundef %0) #2 {
  %2 = alloca <1 x float>, align 4
  %3 = alloca <2 x float>, align 8
  %4 = alloca <2 x float>, align 8
  %5 = alloca i32, align 4
  %6 = alloca <2 x float>, align 8
  %7 = alloca <2 x float>, align 8
  %8 = alloca <1 x float>, align 4
  %9 = alloca <1 x float>, align 4
  %10 = alloca <1 x float>, align 4
  store double %0, ptr %3, align 8
  %11 = load <2 x float>, ptr %3, align 8
  store <2 x float> %11, ptr %4, align 8
  store i32 1, ptr %5, align 4
  %12 = load <2 x float>, ptr %4, align 8
  %13 = load <2 x float>, ptr %4, align 8
  store <2 x float> %12, ptr %6, align 8
  %14 = load double, ptr %6, align 8
  store <2 x float> %13, ptr %7, align 8
  %15 = load double, ptr %7, align 8
  %16 = call noundef i32 @_ZL10neighboursILi1EDv2_fEDaT0_S1_(double noundef %14, double noundef %15)
  store i32 %16, ptr %8, align 4
  %17 = load <1 x float>, ptr %8, align 4
  store <1 x float> %17, ptr %9, align 4
  %18 = load i32, ptr %9, align 4
  %19 = call noundef i32 @_ZL6foldedILi1EDv1_fEDaT0_(i32 noundef %18)
  store i32 %19, ptr %10, align 4
  %20 = load <1 x float>, ptr %10, align 4
  store <1 x float> %20, ptr %2, align 4
  %21 = load i32, ptr %2, align 4
  ret i32 %21
}
define internal noundef double @_ZL10neighboursILi2EDv4_fEDaT0_S1_(<4 x float> noundef %0, <4 x float> noundef %1) #11 {
  %3 = alloca <2 x float>, align 8
  %4 = alloca <4 x float>, align 16
  %5 = alloca <4 x float>, align 16
  %6 = alloca %class.anon.9, align 1
  %7 = alloca <2 x float>, align 8
  %8 = alloca %class.anon.11, align 1
  %9 = alloca <2 x float>, align 8
  store <4 x float> %0, ptr %4, align 16
  store <4 x float> %1, ptr %5, align 16
  %10 = load <4 x float>, ptr %4, align 16
  %11 = load <4 x float>, ptr %5, align 16
  %12 = call noundef double @"_ZL4pickILi2EDv4_f3$_8EDaT0_S2_T1_"(<4 x float> noundef %10, <4 x float> noundef %11)
  store double %12, ptr %7, align 8
  %13 = load <2 x float>, ptr %7, align 8
  %14 = load <4 x float>, ptr %4, align 16
  %15 = load <4 x float>, ptr %5, align 16
  %16 = call noundef double @"_ZL4pickILi2EDv4_f3$_9EDaT0_S2_T1_"(<4 x float> noundef %14, <4 x float> noundef %15)
  store double %16, ptr %9, align 8
  %17 = load <2 x float>, ptr %9, align 8
  %18 = fadd <2 x float> %13, %17
  store <2 x float> %18, ptr %3, align 8
  %19 = load double, ptr %3, align 8
  ret double %19
}
define internal noundef i32 @_ZL6foldedILi1EDv1_fEDaT0_(i32 noundef %0) #2 {
  %2 = alloca <1 x float>, align 4
  %3 = alloca <1 x float>, align 4
  %4 = alloca <1 x float>, align 4
  %5 = alloca i32, align 4
  store i32 %0, ptr %3, align 4
  %6 = load <1 x float>, ptr %3, align 4
  store <1 x float> %6, ptr %4, align 4
  store i32 0, ptr %5, align 4
  %7 = load <1 x float>, ptr %4, align 4
  store <1 x float> %7, ptr %2, align 4
  %8 = load i32, ptr %2, align 4
  ret i32 %8
}
define internal noundef i32 @_ZL10neighboursILi1EDv2_fEDaT0_S1_(double noundef %0, double noundef %1) #2 {
  %3 = alloca <1 x float>, align 4
  %4 = alloca <2 x float>, align 8
  %5 = alloca <2 x float>, align 8
  %6 = alloca <2 x float>, align 8
  %7 = alloca <2 x float>, align 8
  %8 = alloca %class.anon.9, align 1
  %9 = alloca <2 x float>, align 8
  %10 = alloca <2 x float>, align 8
  %11 = alloca <1 x float>, align 4
  %12 = alloca %class.anon.11, align 1
  %13 = alloca <2 x float>, align 8
  %14 = alloca <2 x float>, align 8
  %15 = alloca <1 x float>, align 4
  store double %0, ptr %4, align 8
  %16 = load <2 x float>, ptr %4, align 8
  store double %1, ptr %5, align 8
  %17 = load <2 x float>, ptr %5, align 8
  store <2 x float> %16, ptr %6, align 8
  store <2 x float> %17, ptr %7, align 8
  %18 = load <2 x float>, ptr %6, align 8
  %19 = load <2 x float>, ptr %7, align 8
  store <2 x float> %18, ptr %9, align 8
  %20 = load double, ptr %9, align 8
  store <2 x float> %19, ptr %10, align 8
  %21 = load double, ptr %10, align 8
  %22 = call noundef i32 @"_ZL4pickILi1EDv2_f3$_8EDaT0_S2_T1_"(double noundef %20, double noundef %21)
  store i32 %22, ptr %11, align 4
  %23 = load <1 x float>, ptr %11, align 4
  %24 = load <2 x float>, ptr %6, align 8
  %25 = load <2 x float>, ptr %7, align 8
  store <2 x float> %24, ptr %13, align 8
  %26 = load double, ptr %13, align 8
  store <2 x float> %25, ptr %14, align 8
  %27 = load double, ptr %14, align 8
  %28 = call noundef i32 @"_ZL4pickILi1EDv2_f3$_9EDaT0_S2_T1_"(double noundef %26, double noundef %27)
  store i32 %28, ptr %15, align 4
  %29 = load <1 x float>, ptr %15, align 4
  %30 = fadd <1 x float> %23, %29
  store <1 x float> %30, ptr %3, align 4
  %31 = load i32, ptr %3, align 4
  ret i32 %31
}
define internal noundef i32 @"_ZL4pickILi1EDv2_f3$_8EDaT0_S2_T1_"(double noundef %0, double noundef %1) #2 {
  %3 = alloca <1 x float>, align 4
  %4 = alloca <2 x float>, align 8
  %5 = alloca <2 x float>, align 8
  %6 = alloca %class.anon.9, align 1
  %7 = alloca <2 x float>, align 8
  %8 = alloca <2 x float>, align 8
  %9 = alloca %class.anon.9, align 1
  %10 = alloca %struct.Sequence, align 1
  %11 = alloca <2 x float>, align 8
  %12 = alloca <2 x float>, align 8
  %13 = alloca <1 x float>, align 4
  store double %0, ptr %4, align 8
  %14 = load <2 x float>, ptr %4, align 8
  store double %1, ptr %5, align 8
  %15 = load <2 x float>, ptr %5, align 8
  store <2 x float> %14, ptr %7, align 8
  store <2 x float> %15, ptr %8, align 8
  %16 = load <2 x float>, ptr %7, align 8
  %17 = load <2 x float>, ptr %8, align 8
  store <2 x float> %16, ptr %11, align 8
  %18 = load double, ptr %11, align 8
  store <2 x float> %17, ptr %12, align 8
  %19 = load double, ptr %12, align 8
  %20 = call noundef i32 @"_ZL7pick_ofIDv2_f3$_8JLi0EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(double noundef %18, double noundef %19)
  store i32 %20, ptr %13, align 4
  %21 = load <1 x float>, ptr %13, align 4
  store <1 x float> %21, ptr %3, align 4
  %22 = load i32, ptr %3, align 4
  ret i32 %22
}
define internal noundef i32 @"_ZL4pickILi1EDv2_f3$_9EDaT0_S2_T1_"(double noundef %0, double noundef %1) #2 {
  %3 = alloca <1 x float>, align 4
  %4 = alloca <2 x float>, align 8
  %5 = alloca <2 x float>, align 8
  %6 = alloca %class.anon.11, align 1
  %7 = alloca <2 x float>, align 8
  %8 = alloca <2 x float>, align 8
  %9 = alloca %class.anon.11, align 1
  %10 = alloca %struct.Sequence, align 1
  %11 = alloca <2 x float>, align 8
  %12 = alloca <2 x float>, align 8
  %13 = alloca <1 x float>, align 4
  store double %0, ptr %4, align 8
  %14 = load <2 x float>, ptr %4, align 8
  store double %1, ptr %5, align 8
  %15 = load <2 x float>, ptr %5, align 8
  store <2 x float> %14, ptr %7, align 8
  store <2 x float> %15, ptr %8, align 8
  %16 = load <2 x float>, ptr %7, align 8
  %17 = load <2 x float>, ptr %8, align 8
  store <2 x float> %16, ptr %11, align 8
  %18 = load double, ptr %11, align 8
  store <2 x float> %17, ptr %12, align 8
  %19 = load double, ptr %12, align 8
  %20 = call noundef i32 @"_ZL7pick_ofIDv2_f3$_9JLi0EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(double noundef %18, double noundef %19)
  store i32 %20, ptr %13, align 4
  %21 = load <1 x float>, ptr %13, align 4
  store <1 x float> %21, ptr %3, align 4
  %22 = load i32, ptr %3, align 4
  ret i32 %22
}
define internal noundef i32 @"_ZL7pick_ofIDv2_f3$_8JLi0EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(double noundef %0, double noundef %1) #2 {
  %3 = alloca <1 x float>, align 4
  %4 = alloca <2 x float>, align 8
  %5 = alloca <2 x float>, align 8
  %6 = alloca %class.anon.9, align 1
  %7 = alloca %struct.Sequence, align 1
  %8 = alloca <2 x float>, align 8
  %9 = alloca <2 x float>, align 8
  store double %0, ptr %4, align 8
  %10 = load <2 x float>, ptr %4, align 8
  store double %1, ptr %5, align 8
  %11 = load <2 x float>, ptr %5, align 8
  store <2 x float> %10, ptr %8, align 8
  store <2 x float> %11, ptr %9, align 8
  %12 = load <2 x float>, ptr %8, align 8
  %13 = load <2 x float>, ptr %9, align 8
  %14 = shufflevector <2 x float> %12, <2 x float> %13, <1 x i32> zeroinitializer
  store <1 x float> %14, ptr %3, align 4
  %15 = load i32, ptr %3, align 4
  ret i32 %15
}
define internal noundef i32 @"_ZL7pick_ofIDv2_f3$_9JLi0EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(double noundef %0, double noundef %1) #2 {
  %3 = alloca <1 x float>, align 4
  %4 = alloca <2 x float>, align 8
  %5 = alloca <2 x float>, align 8
  %6 = alloca %class.anon.11, align 1
  %7 = alloca %struct.Sequence, align 1
  %8 = alloca <2 x float>, align 8
  %9 = alloca <2 x float>, align 8
  store double %0, ptr %4, align 8
  %10 = load <2 x float>, ptr %4, align 8
  store double %1, ptr %5, align 8
  %11 = load <2 x float>, ptr %5, align 8
  store <2 x float> %10, ptr %8, align 8
  store <2 x float> %11, ptr %9, align 8
  %12 = load <2 x float>, ptr %8, align 8
  %13 = load <2 x float>, ptr %9, align 8
  %14 = shufflevector <2 x float> %12, <2 x float> %13, <1 x i32> <i32 1>
  store <1 x float> %14, ptr %3, align 4
  %15 = load i32, ptr %3, align 4
  ret i32 %15
}
define internal noundef double @"_ZL4pickILi2EDv4_f3$_8EDaT0_S2_T1_"(<4 x float> noundef %0, <4 x float> noundef %1) #11 {
  %3 = alloca <2 x float>, align 8
  %4 = alloca %class.anon.9, align 1
  %5 = alloca <4 x float>, align 16
  %6 = alloca <4 x float>, align 16
  %7 = alloca %class.anon.9, align 1
  %8 = alloca %struct.Sequence.13, align 1
  %9 = alloca <2 x float>, align 8
  store <4 x float> %0, ptr %5, align 16
  store <4 x float> %1, ptr %6, align 16
  %10 = load <4 x float>, ptr %5, align 16
  %11 = load <4 x float>, ptr %6, align 16
  %12 = call noundef double @"_ZL7pick_ofIDv4_f3$_8JLi0ELi1EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<4 x float> noundef %10, <4 x float> noundef %11)
  store double %12, ptr %9, align 8
  %13 = load <2 x float>, ptr %9, align 8
  store <2 x float> %13, ptr %3, align 8
  %14 = load double, ptr %3, align 8
  ret double %14
}
define internal noundef double @"_ZL4pickILi2EDv4_f3$_9EDaT0_S2_T1_"(<4 x float> noundef %0, <4 x float> noundef %1) #11 {
  %3 = alloca <2 x float>, align 8
  %4 = alloca %class.anon.11, align 1
  %5 = alloca <4 x float>, align 16
  %6 = alloca <4 x float>, align 16
  %7 = alloca %class.anon.11, align 1
  %8 = alloca %struct.Sequence.13, align 1
  %9 = alloca <2 x float>, align 8
  store <4 x float> %0, ptr %5, align 16
  store <4 x float> %1, ptr %6, align 16
  %10 = load <4 x float>, ptr %5, align 16
  %11 = load <4 x float>, ptr %6, align 16
  %12 = call noundef double @"_ZL7pick_ofIDv4_f3$_9JLi0ELi1EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<4 x float> noundef %10, <4 x float> noundef %11)
  store double %12, ptr %9, align 8
  %13 = load <2 x float>, ptr %9, align 8
  store <2 x float> %13, ptr %3, align 8
  %14 = load double, ptr %3, align 8
  ret double %14
}
define internal noundef double @"_ZL7pick_ofIDv4_f3$_8JLi0ELi1EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<4 x float> noundef %0, <4 x float> noundef %1) #11 {
  %3 = alloca <2 x float>, align 8
  %4 = alloca %class.anon.9, align 1
  %5 = alloca %struct.Sequence.13, align 1
  %6 = alloca <4 x float>, align 16
  %7 = alloca <4 x float>, align 16
  store <4 x float> %0, ptr %6, align 16
  store <4 x float> %1, ptr %7, align 16
  %8 = load <4 x float>, ptr %6, align 16
  %9 = load <4 x float>, ptr %7, align 16
  %10 = shufflevector <4 x float> %8, <4 x float> %9, <2 x i32> <i32 0, i32 2>
  store <2 x float> %10, ptr %3, align 8
  %11 = load double, ptr %3, align 8
  ret double %11
}
define internal noundef double @"_ZL7pick_ofIDv4_f3$_9JLi0ELi1EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<4 x float> noundef %0, <4 x float> noundef %1) #11 {
  %3 = alloca <2 x float>, align 8
  %4 = alloca %class.anon.11, align 1
  %5 = alloca %struct.Sequence.13, align 1
  %6 = alloca <4 x float>, align 16
  %7 = alloca <4 x float>, align 16
  store <4 x float> %0, ptr %6, align 16
  store <4 x float> %1, ptr %7, align 16
  %8 = load <4 x float>, ptr %6, align 16
  %9 = load <4 x float>, ptr %7, align 16
  %10 = shufflevector <4 x float> %8, <4 x float> %9, <2 x i32> <i32 1, i32 3>
  store <2 x float> %10, ptr %3, align 8
  %11 = load double, ptr %3, align 8
  ret double %11
}
define internal noundef <4 x float> @"_ZL4pickILi4EDv8_f3$_8EDaT0_S2_T1_"(<8 x float> noundef %0, <8 x float> noundef %1) #7 {
  %3 = alloca %class.anon.9, align 1
  %4 = alloca <8 x float>, align 32
  %5 = alloca <8 x float>, align 32
  %6 = alloca %class.anon.9, align 1
  %7 = alloca %struct.Sequence.14, align 1
  store <8 x float> %0, ptr %4, align 32
  store <8 x float> %1, ptr %5, align 32
  %8 = load <8 x float>, ptr %4, align 32
  %9 = load <8 x float>, ptr %5, align 32
  %10 = call noundef <4 x float> @"_ZL7pick_ofIDv8_f3$_8JLi0ELi1ELi2ELi3EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<8 x float> noundef %8, <8 x float> noundef %9)
  ret <4 x float> %10
}
define internal noundef <4 x float> @"_ZL4pickILi4EDv8_f3$_9EDaT0_S2_T1_"(<8 x float> noundef %0, <8 x float> noundef %1) #7 {
  %3 = alloca %class.anon.11, align 1
  %4 = alloca <8 x float>, align 32
  %5 = alloca <8 x float>, align 32
  %6 = alloca %class.anon.11, align 1
  %7 = alloca %struct.Sequence.14, align 1
  store <8 x float> %0, ptr %4, align 32
  store <8 x float> %1, ptr %5, align 32
  %8 = load <8 x float>, ptr %4, align 32
  %9 = load <8 x float>, ptr %5, align 32
  %10 = call noundef <4 x float> @"_ZL7pick_ofIDv8_f3$_9JLi0ELi1ELi2ELi3EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<8 x float> noundef %8, <8 x float> noundef %9)
  ret <4 x float> %10
}
define internal noundef <4 x float> @"_ZL7pick_ofIDv8_f3$_8JLi0ELi1ELi2ELi3EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<8 x float> noundef %0, <8 x float> noundef %1) #7 {
  %3 = alloca %class.anon.9, align 1
  %4 = alloca %struct.Sequence.14, align 1
  %5 = alloca <8 x float>, align 32
  %6 = alloca <8 x float>, align 32
  store <8 x float> %0, ptr %5, align 32
  store <8 x float> %1, ptr %6, align 32
  %7 = load <8 x float>, ptr %5, align 32
  %8 = load <8 x float>, ptr %6, align 32
  %9 = shufflevector <8 x float> %7, <8 x float> %8, <4 x i32> <i32 0, i32 2, i32 4, i32 6>
  ret <4 x float> %9
}
define internal noundef <4 x float> @"_ZL7pick_ofIDv8_f3$_9JLi0ELi1ELi2ELi3EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<8 x float> noundef %0, <8 x float> noundef %1) #7 {
  %3 = alloca %class.anon.11, align 1
  %4 = alloca %struct.Sequence.14, align 1
  %5 = alloca <8 x float>, align 32
  %6 = alloca <8 x float>, align 32
  store <8 x float> %0, ptr %5, align 32
  store <8 x float> %1, ptr %6, align 32
  %7 = load <8 x float>, ptr %5, align 32
  %8 = load <8 x float>, ptr %6, align 32
  %9 = shufflevector <8 x float> %7, <8 x float> %8, <4 x i32> <i32 1, i32 3, i32 5, i32 7>
  ret <4 x float> %9
}
define internal noundef <8 x float> @"_ZL4pickILi8EDv16_f3$_8EDaT0_S2_T1_"(<16 x float> noundef %0, <16 x float> noundef %1) #6 {
  %3 = alloca %class.anon.9, align 1
  %4 = alloca <16 x float>, align 64
  %5 = alloca <16 x float>, align 64
  %6 = alloca %class.anon.9, align 1
  %7 = alloca %struct.Sequence.15, align 1
  store <16 x float> %0, ptr %4, align 64
  store <16 x float> %1, ptr %5, align 64
  %8 = load <16 x float>, ptr %4, align 64
  %9 = load <16 x float>, ptr %5, align 64
  %10 = call noundef <8 x float> @"_ZL7pick_ofIDv16_f3$_8JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<16 x float> noundef %8, <16 x float> noundef %9)
  ret <8 x float> %10
}
define internal noundef <8 x float> @"_ZL4pickILi8EDv16_f3$_9EDaT0_S2_T1_"(<16 x float> noundef %0, <16 x float> noundef %1) #6 {
  %3 = alloca %class.anon.11, align 1
  %4 = alloca <16 x float>, align 64
  %5 = alloca <16 x float>, align 64
  %6 = alloca %class.anon.11, align 1
  %7 = alloca %struct.Sequence.15, align 1
  store <16 x float> %0, ptr %4, align 64
  store <16 x float> %1, ptr %5, align 64
  %8 = load <16 x float>, ptr %4, align 64
  %9 = load <16 x float>, ptr %5, align 64
  %10 = call noundef <8 x float> @"_ZL7pick_ofIDv16_f3$_9JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<16 x float> noundef %8, <16 x float> noundef %9)
  ret <8 x float> %10
}
define internal noundef <8 x float> @"_ZL7pick_ofIDv16_f3$_8JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<16 x float> noundef %0, <16 x float> noundef %1) #6 {
  %3 = alloca %class.anon.9, align 1
  %4 = alloca %struct.Sequence.15, align 1
  %5 = alloca <16 x float>, align 64
  %6 = alloca <16 x float>, align 64
  store <16 x float> %0, ptr %5, align 64
  store <16 x float> %1, ptr %6, align 64
  %7 = load <16 x float>, ptr %5, align 64
  %8 = load <16 x float>, ptr %6, align 64
  %9 = shufflevector <16 x float> %7, <16 x float> %8, <8 x i32> <i32 0, i32 2, i32 4, i32 6, i32 8, i32 10, i32 12, i32 14>
  ret <8 x float> %9
}
define internal noundef <8 x float> @"_ZL7pick_ofIDv16_f3$_9JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<16 x float> noundef %0, <16 x float> noundef %1) #6 {
  %3 = alloca %class.anon.11, align 1
  %4 = alloca %struct.Sequence.15, align 1
  %5 = alloca <16 x float>, align 64
  %6 = alloca <16 x float>, align 64
  store <16 x float> %0, ptr %5, align 64
  store <16 x float> %1, ptr %6, align 64
  %7 = load <16 x float>, ptr %5, align 64
  %8 = load <16 x float>, ptr %6, align 64
  %9 = shufflevector <16 x float> %7, <16 x float> %8, <8 x i32> <i32 1, i32 3, i32 5, i32 7, i32 9, i32 11, i32 13, i32 15>
  ret <8 x float> %9
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
define internal noundef float @_ZL12exponentialsPKtS0_lPf(ptr noundef %0, ptr noundef %1, i64 noundef %2, ptr noundef %3) #6 {
  %5 = alloca ptr, align 8
  %6 = alloca ptr, align 8
  %7 = alloca i64, align 8
  %8 = alloca ptr, align 8
  %9 = alloca <16 x float>, align 64
  %10 = alloca <16 x float>, align 64
  %11 = alloca i64, align 8
  %12 = alloca <16 x float>, align 64
  %13 = alloca float, align 4
  %14 = alloca <16 x i32>, align 64
  %15 = alloca i64, align 8
  %16 = alloca <16 x float>, align 64
  store ptr %0, ptr %5, align 8
  store ptr %1, ptr %6, align 8
  store i64 %2, ptr %7, align 8
  store ptr %3, ptr %8, align 8
  %17 = call noundef <16 x float> @_ZL3allf(float noundef 0xFFF0000000000000)
  store <16 x float> %17, ptr %9, align 64
  store <16 x float> zeroinitializer, ptr %10, align 64
  store i64 0, ptr %11, align 8
  br label %18
18:                                               ; preds = %54, %4
  %19 = load i64, ptr %11, align 8
  %20 = load i64, ptr %7, align 8
  %21 = icmp sle i64 %19, %20
  br i1 %21, label %23, label %22
22:                                               ; preds = %18
  br label %57
23:                                               ; preds = %18
  %24 = load i64, ptr %11, align 8
  %25 = add nsw i64 %24, 15
  %26 = load i64, ptr %7, align 8
  %27 = icmp sle i64 %25, %26
  br i1 %27, label %28, label %34
28:                                               ; preds = %23
  %29 = load ptr, ptr %5, align 8
  %30 = load ptr, ptr %6, align 8
  %31 = load i64, ptr %11, align 8
  %32 = load i64, ptr %7, align 8
  %33 = call noundef <16 x float> @_ZL5scoreILb0EEDv16_fPKtS2_ll(ptr noundef %29, ptr noundef %30, i64 noundef %31, i64 noundef %32)
  br label %40
34:                                               ; preds = %23
  %35 = load ptr, ptr %5, align 8
  %36 = load ptr, ptr %6, align 8
  %37 = load i64, ptr %11, align 8
  %38 = load i64, ptr %7, align 8
  %39 = call noundef <16 x float> @_ZL5scoreILb1EEDv16_fPKtS2_ll(ptr noundef %35, ptr noundef %36, i64 noundef %37, i64 noundef %38)
  br label %40
40:                                               ; preds = %34, %28
  %41 = phi <16 x float> [ %33, %28 ], [ %39, %34 ]
  store <16 x float> %41, ptr %12, align 64
  %42 = load ptr, ptr %8, align 8
  %43 = load i64, ptr %11, align 8
  %44 = getelementptr inbounds float, ptr %42, i64 %43
  %45 = load <16 x float>, ptr %12, align 64
  call void @_ZL3putIDv16_fEvPvT_(ptr noundef %44, <16 x float> noundef %45)
  %46 = load <16 x float>, ptr %9, align 64
  %47 = load <16 x float>, ptr %12, align 64
  %48 = fcmp ogt <16 x float> %46, %47
  %49 = sext <16 x i1> %48 to <16 x i32>
  %50 = load <16 x float>, ptr %9, align 64
  %51 = load <16 x float>, ptr %12, align 64
  %52 = icmp ne <16 x i32> %49, zeroinitializer
  %53 = select <16 x i1> %52, <16 x float> %50, <16 x float> %51
  store <16 x float> %53, ptr %9, align 64
  br label %54
54:                                               ; preds = %40
  %55 = load i64, ptr %11, align 8
  %56 = add nsw i64 %55, 16
  store i64 %56, ptr %11, align 8
  br label %18, !llvm.loop !26
57:                                               ; preds = %22
  %58 = load <16 x float>, ptr %9, align 64
  %59 = call float @llvm.vector.reduce.fmax.v16f32(<16 x float> %58)
  store float %59, ptr %13, align 4
  store <16 x i32> <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7, i32 8, i32 9, i32 10, i32 11, i32 12, i32 13, i32 14, i32 15>, ptr %14, align 64
  store i64 0, ptr %15, align 8
  br label %60
60:                                               ; preds = %93, %57
  %61 = load i64, ptr %15, align 8
  %62 = load i64, ptr %7, align 8
  %63 = icmp sle i64 %61, %62
  br i1 %63, label %65, label %64
64:                                               ; preds = %60
  br label %96
65:                                               ; preds = %60
  %66 = load ptr, ptr %8, align 8
  %67 = load i64, ptr %15, align 8
  %68 = getelementptr inbounds float, ptr %66, i64 %67
  %69 = call noundef <16 x float> @_ZL4loadIDv16_fET_PKv(ptr noundef %68)
  %70 = load float, ptr %13, align 4
  %71 = insertelement <16 x float> poison, float %70, i64 0
  %72 = shufflevector <16 x float> %71, <16 x float> poison, <16 x i32> zeroinitializer
  %73 = fsub <16 x float> %69, %72
  %74 = call noundef <16 x float> @_ZL3expDv16_f(<16 x float> noundef %73)
  store <16 x float> %74, ptr %16, align 64
  %75 = load ptr, ptr %8, align 8
  %76 = load i64, ptr %15, align 8
  %77 = getelementptr inbounds float, ptr %75, i64 %76
  %78 = load <16 x float>, ptr %16, align 64
  call void @_ZL3putIDv16_fEvPvT_(ptr noundef %77, <16 x float> noundef %78)
  %79 = load i64, ptr %7, align 8
  %80 = load i64, ptr %15, align 8
  %81 = sub nsw i64 %79, %80
  %82 = call noundef i64 @_ZL5leastll(i64 noundef %81, i64 noundef 15)
  %83 = trunc i64 %82 to i32
  %84 = insertelement <16 x i32> poison, i32 %83, i64 0
  %85 = shufflevector <16 x i32> %84, <16 x i32> poison, <16 x i32> zeroinitializer
  %86 = icmp sle <16 x i32> <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7, i32 8, i32 9, i32 10, i32 11, i32 12, i32 13, i32 14, i32 15>, %85
  %87 = sext <16 x i1> %86 to <16 x i32>
  %88 = load <16 x float>, ptr %16, align 64
  %89 = icmp ne <16 x i32> %87, zeroinitializer
  %90 = select <16 x i1> %89, <16 x float> %88, <16 x float> zeroinitializer
  %91 = load <16 x float>, ptr %10, align 64
  %92 = fadd <16 x float> %91, %90
  store <16 x float> %92, ptr %10, align 64
  br label %93
93:                                               ; preds = %65
  %94 = load i64, ptr %15, align 8
  %95 = add nsw i64 %94, 16
  store i64 %95, ptr %15, align 8
  br label %60, !llvm.loop !27
96:                                               ; preds = %64
  %97 = load <16 x float>, ptr %10, align 64
  %98 = call noundef float @_ZL5totalIDv16_fEfT_(<16 x float> noundef %97)
  ret float %98
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
  %7 = getelementptr inbounds nuw %struct.Anywhere.21, ptr %6, i32 0, i32 0
  store <16 x float> %5, ptr %7, align 1
  ret void
}
declare float @llvm.vector.reduce.fmax.v16f32(<16 x float>) #13
define internal noundef <16 x float> @_ZL4loadIDv16_fET_PKv(ptr noundef %0) #6 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
  %3 = load ptr, ptr %2, align 8
  %4 = getelementptr inbounds nuw %struct.Anywhere.21, ptr %3, i32 0, i32 0
  %5 = load <16 x float>, ptr %4, align 1
  ret <16 x float> %5
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
  %5 = alloca %class.anon.16, align 1
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
  %4 = getelementptr inbounds nuw %struct.Anywhere.18, ptr %3, i32 0, i32 0
  %5 = load <32 x i16>, ptr %4, align 1
  ret <32 x i16> %5
}
define internal noundef <32 x i16> @"_ZL4pickILi32EDv16_t3$_0EDaT0_S2_T1_"(<16 x i16> noundef %0, <16 x i16> noundef %1) #6 {
  %3 = alloca %class.anon.16, align 1
  %4 = alloca <16 x i16>, align 32
  %5 = alloca <16 x i16>, align 32
  %6 = alloca %class.anon.16, align 1
  %7 = alloca %struct.Sequence.19, align 1
  store <16 x i16> %0, ptr %4, align 32
  store <16 x i16> %1, ptr %5, align 32
  %8 = load <16 x i16>, ptr %4, align 32
  %9 = load <16 x i16>, ptr %5, align 32
  %10 = call noundef <32 x i16> @"_ZL7pick_ofIDv16_t3$_0JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7ELi8ELi9ELi10ELi11ELi12ELi13ELi14ELi15ELi16ELi17ELi18ELi19ELi20ELi21ELi22ELi23ELi24ELi25ELi26ELi27ELi28ELi29ELi30ELi31EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<16 x i16> noundef %8, <16 x i16> noundef %9)
  ret <32 x i16> %10
}
define internal noundef <32 x i16> @"_ZL7pick_ofIDv16_t3$_0JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7ELi8ELi9ELi10ELi11ELi12ELi13ELi14ELi15ELi16ELi17ELi18ELi19ELi20ELi21ELi22ELi23ELi24ELi25ELi26ELi27ELi28ELi29ELi30ELi31EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<16 x i16> noundef %0, <16 x i16> noundef %1) #6 {
  %3 = alloca %class.anon.16, align 1
  %4 = alloca %struct.Sequence.19, align 1
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
  %5 = alloca %class.anon.9, align 1
  %6 = alloca %class.anon.11, align 1
  store <16 x float> %0, ptr %3, align 64
  store <16 x float> %1, ptr %4, align 64
  %7 = load <16 x float>, ptr %3, align 64
  %8 = load <16 x float>, ptr %4, align 64
  %9 = call noundef <16 x float> @"_ZL4pickILi16EDv16_f3$_8EDaT0_S2_T1_"(<16 x float> noundef %7, <16 x float> noundef %8)
  %10 = load <16 x float>, ptr %3, align 64
  %11 = load <16 x float>, ptr %4, align 64
  %12 = call noundef <16 x float> @"_ZL4pickILi16EDv16_f3$_9EDaT0_S2_T1_"(<16 x float> noundef %10, <16 x float> noundef %11)
  %13 = fadd <16 x float> %9, %12
  ret <16 x float> %13
}
define internal noundef <16 x float> @"_ZL4pickILi16EDv16_f3$_8EDaT0_S2_T1_"(<16 x float> noundef %0, <16 x float> noundef %1) #6 {
  %3 = alloca %class.anon.9, align 1
  %4 = alloca <16 x float>, align 64
  %5 = alloca <16 x float>, align 64
  %6 = alloca %class.anon.9, align 1
  %7 = alloca %struct.Sequence.20, align 1
  store <16 x float> %0, ptr %4, align 64
  store <16 x float> %1, ptr %5, align 64
  %8 = load <16 x float>, ptr %4, align 64
  %9 = load <16 x float>, ptr %5, align 64
  %10 = call noundef <16 x float> @"_ZL7pick_ofIDv16_f3$_8JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7ELi8ELi9ELi10ELi11ELi12ELi13ELi14ELi15EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<16 x float> noundef %8, <16 x float> noundef %9)
  ret <16 x float> %10
}
define internal noundef <16 x float> @"_ZL4pickILi16EDv16_f3$_9EDaT0_S2_T1_"(<16 x float> noundef %0, <16 x float> noundef %1) #6 {
  %3 = alloca %class.anon.11, align 1
  %4 = alloca <16 x float>, align 64
  %5 = alloca <16 x float>, align 64
  %6 = alloca %class.anon.11, align 1
  %7 = alloca %struct.Sequence.20, align 1
  store <16 x float> %0, ptr %4, align 64
  store <16 x float> %1, ptr %5, align 64
  %8 = load <16 x float>, ptr %4, align 64
  %9 = load <16 x float>, ptr %5, align 64
  %10 = call noundef <16 x float> @"_ZL7pick_ofIDv16_f3$_9JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7ELi8ELi9ELi10ELi11ELi12ELi13ELi14ELi15EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<16 x float> noundef %8, <16 x float> noundef %9)
  ret <16 x float> %10
}
define internal noundef <16 x float> @"_ZL7pick_ofIDv16_f3$_8JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7ELi8ELi9ELi10ELi11ELi12ELi13ELi14ELi15EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<16 x float> noundef %0, <16 x float> noundef %1) #6 {
  %3 = alloca %class.anon.9, align 1
  %4 = alloca %struct.Sequence.20, align 1
  %5 = alloca <16 x float>, align 64
  %6 = alloca <16 x float>, align 64
  store <16 x float> %0, ptr %5, align 64
  store <16 x float> %1, ptr %6, align 64
  %7 = load <16 x float>, ptr %5, align 64
  %8 = load <16 x float>, ptr %6, align 64
  %9 = shufflevector <16 x float> %7, <16 x float> %8, <16 x i32> <i32 0, i32 2, i32 4, i32 6, i32 8, i32 10, i32 12, i32 14, i32 16, i32 18, i32 20, i32 22, i32 24, i32 26, i32 28, i32 30>
  ret <16 x float> %9
}
define internal noundef <16 x float> @"_ZL7pick_ofIDv16_f3$_9JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7ELi8ELi9ELi10ELi11ELi12ELi13ELi14ELi15EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<16 x float> noundef %0, <16 x float> noundef %1) #6 {
  %3 = alloca %class.anon.11, align 1
  %4 = alloca %struct.Sequence.20, align 1
  %5 = alloca <16 x float>, align 64
  %6 = alloca <16 x float>, align 64
  store <16 x float> %0, ptr %5, align 64
  store <16 x float> %1, ptr %6, align 64
  %7 = load <16 x float>, ptr %5, align 64
  %8 = load <16 x float>, ptr %6, align 64
  %9 = shufflevector <16 x float> %7, <16 x float> %8, <16 x i32> <i32 1, i32 3, i32 5, i32 7, i32 9, i32 11, i32 13, i32 15, i32 17, i32 19, i32 21, i32 23, i32 25, i32 27, i32 29, i32 31>
  ret <16 x float> %9
}
define internal void @"_ZZ11rotate_rowsENK3$_0clEl"(ptr noundef nonnull align 8 dereferenceable(8) %0, i64 noundef %1) #9 align 2 {
  %3 = alloca ptr, align 8
  %4 = alloca i64, align 8
  %5 = alloca i64, align 8
  store ptr %0, ptr %3, align 8
  store i64 %1, ptr %4, align 8
  %6 = load ptr, ptr %3, align 8
  store i64 0, ptr %5, align 8
  br label %7
7:                                                ; preds = %35, %2
  %8 = load i64, ptr %5, align 8
  %9 = getelementptr inbounds nuw %class.anon.2, ptr %6, i32 0, i32 0
  %10 = load ptr, ptr %9, align 8
  %11 = getelementptr inbounds nuw %struct.Step, ptr %10, i32 0, i32 10
  %12 = load i64, ptr %11, align 8
  %13 = icmp slt i64 %8, %12
  br i1 %13, label %15, label %14
14:                                               ; preds = %7
  br label %38
15:                                               ; preds = %7
  %16 = getelementptr inbounds nuw %class.anon.2, ptr %6, i32 0, i32 0
  %17 = load ptr, ptr %16, align 8
  %18 = load i64, ptr %4, align 8
  %19 = getelementptr inbounds nuw %class.anon.2, ptr %6, i32 0, i32 0
  %20 = load ptr, ptr %19, align 8
  %21 = getelementptr inbounds nuw %struct.Step, ptr %20, i32 0, i32 0
  %22 = load ptr, ptr %21, align 8
  %23 = load i64, ptr %4, align 8
  %24 = getelementptr inbounds nuw %class.anon.2, ptr %6, i32 0, i32 0
  %25 = load ptr, ptr %24, align 8
  %26 = getelementptr inbounds nuw %struct.Step, ptr %25, i32 0, i32 16
  %27 = getelementptr inbounds nuw %struct.Activated, ptr %26, i32 0, i32 4
  %28 = load i64, ptr %27, align 8
  %29 = mul nsw i64 %23, %28
  %30 = getelementptr inbounds i16, ptr %22, i64 %29
  %31 = load i64, ptr %5, align 8
  %32 = load i64, ptr @HEAD_DIM, align 8
  %33 = mul nsw i64 %31, %32
  %34 = getelementptr inbounds i16, ptr %30, i64 %33
  call void @_ZL6rotatePK4SteplPt(ptr noundef %17, i64 noundef %18, ptr noundef %34)
  br label %35
35:                                               ; preds = %15
  %36 = load i64, ptr %5, align 8
  %37 = add nsw i64 %36, 1
  store i64 %37, ptr %5, align 8
  br label %7, !llvm.loop !34
38:                                               ; preds = %14
  ret void
}
define internal void @"_ZZ9norm_rowsENK3$_0clEl"(ptr noundef nonnull align 8 dereferenceable(8) %0, i64 noundef %1) #9 align 2 {
  %3 = alloca ptr, align 8
  %4 = alloca i64, align 8
  store ptr %0, ptr %3, align 8
  store i64 %1, ptr %4, align 8
  %5 = load ptr, ptr %3, align 8
  %6 = getelementptr inbounds nuw %class.anon.3, ptr %5, i32 0, i32 0
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
  %27 = load i8, ptr %8, align 1, !range !36, !noundef !10
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
define internal void @"_ZZ5layerENK3$_0clEl"(ptr noundef nonnull align 8 dereferenceable(8) %0, i64 noundef %1) #9 align 2 {
  %3 = alloca ptr, align 8
  %4 = alloca i64, align 8
  store ptr %0, ptr %3, align 8
  store i64 %1, ptr %4, align 8
  %5 = load ptr, ptr %3, align 8
  %6 = getelementptr inbounds nuw %class.anon.4, ptr %5, i32 0, i32 0
  %7 = load ptr, ptr %6, align 8
  %8 = load i64, ptr %4, align 8
  call void @_ZL4normPK5Layerl(ptr noundef %7, i64 noundef %8)
  ret void
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
  %9 = getelementptr inbounds nuw %class.anon.5, ptr %6, i32 0, i32 0
  %10 = load ptr, ptr %9, align 8
  %11 = getelementptr inbounds nuw %struct.Layer, ptr %10, i32 0, i32 3
  %12 = load ptr, ptr %11, align 8
  %13 = load i64, ptr %5, align 8
  %14 = getelementptr inbounds i16, ptr %12, i64 %13
  %15 = getelementptr inbounds nuw %class.anon.5, ptr %6, i32 0, i32 0
  %16 = load ptr, ptr %15, align 8
  %17 = getelementptr inbounds nuw %struct.Layer, ptr %16, i32 0, i32 0
  %18 = load ptr, ptr %17, align 8
  %19 = load i64, ptr %5, align 8
  %20 = getelementptr inbounds i16, ptr %18, i64 %19
  %21 = call noundef <16 x float> @_ZL4wideILi16EEDvmlLm4ET__fPKt(ptr noundef %20)
  %22 = getelementptr inbounds nuw %class.anon.5, ptr %6, i32 0, i32 0
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
!9 = distinct !{!9, !7}
!10 = !{}
!11 = !{i64 8}
!12 = distinct !{!12, !7}
!13 = distinct !{!13, !7}
!14 = distinct !{!14, !7}
!15 = distinct !{!15, !16}
!16 = !{!"llvm.loop.unroll.full"}
!17 = distinct !{!17, !7}
!18 = distinct !{!18, !7}
!19 = distinct !{!19, !7, !16}
!20 = distinct !{!20, !7, !16}
!21 = distinct !{!21, !7, !16}
!22 = distinct !{!22, !7, !16}
!23 = distinct !{!23, !7}
!24 = distinct !{!24, !7, !16}
!25 = distinct !{!25, !7}
!26 = distinct !{!26, !7}
!27 = distinct !{!27, !7}
!28 = distinct !{!28, !7, !16}
!29 = distinct !{!29, !7, !16}
!30 = distinct !{!30, !7, !16}
!31 = distinct !{!31, !7, !16}
!32 = distinct !{!32, !7, !16}
!33 = distinct !{!33, !7, !16}
!34 = distinct !{!34, !7}
!35 = distinct !{!35, !7}
!36 = !{i8 0, i8 2}
!37 = distinct !{!37, !7}
